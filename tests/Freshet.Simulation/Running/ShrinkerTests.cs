using Freshet.Simulation.Building;
using Freshet.Simulation.Planted;

namespace Freshet.Simulation.Running;

/// <summary>The shrinker, over a failure that a planted bug makes.</summary>
public sealed class ShrinkerTests(ITestOutputHelper output)
{
    [Fact]
    public void AFailingSeedShrinksToASmallerRunThatBreaksTheSameRule()
    {
        var bug = PlantedBugs.All.Single(each => each.Name == "hold ignored by readers");
        var caught = BugHunt.Find(bug, BugHunt.MostSeeds).ShouldNotBeNull();
        var (run, number) = SwitchedBuild.Shared.Value.Of(bug);
        var (rule, whole) = (caught.Rules[0], BugHunt.RequestFor(bug, caught.Seed) with { Bug = number });
        var before = Campaign.Run(run, whole);

        var shrunk = new Shrinker(run, rule, tries: 100).Shrink(whole);

        var after = Campaign.Run(run, shrunk);
        output.WriteLine($"seed {caught.Seed}, {rule}: {before.Operations.Count} operations in {whole.Seconds} s became {after.Operations.Count} in {shrunk.Seconds:0.0} s, without {string.Join(", ", shrunk.Without)}");
        after.Violations.Select(violation => violation.Rule).ShouldContain(rule);
        after.Operations.Count.ShouldBeLessThan(before.Operations.Count / 4);
        shrunk.Seconds.ShouldBeLessThan(whole.Seconds);
        shrunk.Without.ShouldNotBeEmpty();
        Campaign.Run(run, shrunk).Trace.ShouldBe(after.Trace); // what is left replays exactly
        Campaign.Run(SimulatedBuild.Shared.Value, shrunk with { Bug = 0 }).Violations.ShouldBeEmpty(); // and it is the bug that breaks it
    }
}
