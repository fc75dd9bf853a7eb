using Freshet.Simulation.Running;

namespace Freshet.Simulation.Planted;

/// <summary>The checker notices every planted bug: a checker that sees nothing proves nothing.</summary>
[Collection(WholeMachine.Name)]
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    [Fact]
    public void EveryPlantedBugIsCaught()
    {
        var found = BugHunt.FindAll(PlantedBugs.All, BugHunt.MostSeeds, output.WriteLine);

        found.Where(each => each.Catch is null).Select(each => each.Bug.Name).ShouldBeEmpty();
        found.Count.ShouldBeGreaterThanOrEqualTo(30);
    }
}
