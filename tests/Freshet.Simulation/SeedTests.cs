using Freshet.Simulation.Running;

namespace Freshet.Simulation;

/// <summary>The core as it is, on a fixed set of seeds. <c>./test --simulate 10m</c> runs more of them.</summary>
[Collection(WholeMachine.Name)]
public sealed class SeedTests(ITestOutputHelper output)
{
    private const int Seeds = 340; // about a minute

    [Fact]
    public void EverySeedKeepsEveryPromise()
    {
        var outcome = Campaign.Faithful().Run(number => new RunRequest(number + 1), (runs, _) => runs < Seeds);

        output.WriteLine(outcome.ToString());
        outcome.Broken.Select(each => $"seed {each.Request.Seed}: {each.Violation.Rule}: {each.Violation.What}").ShouldBeEmpty();
        outcome.Reads.ShouldBeGreaterThan(1_000_000); // or the people of the simulation have stopped reading
    }

    /// <summary>
    /// A time to live is told to the second level as what is left of it, and counts there from its arrival: no two clocks need agree.
    /// Seed 3076 of a campaign showed a value 8 ms too old, which had been on its way into the store for longer than that.
    /// </summary>
    [Fact]
    public void AValueLivesLongerByTheTimeItWasOnItsWayIntoTheSecondLevel()
    {
        var under = new Direction { Storing = 1.5, Keys = 2, Writes = 0.01, Queries = [nameof(QueryKind.High)], Without = [nameof(Conditions.SecondLevelFails), nameof(Conditions.Pauses)] };

        var outcome = Campaign.Faithful().Run(number => new RunRequest(number + 1) { Under = under }, (runs, _) => runs < 10);

        outcome.Broken.Select(each => $"seed {each.Request.Seed}: {each.Violation.Rule}: {each.Violation.What}").ShouldBeEmpty();
    }
}
