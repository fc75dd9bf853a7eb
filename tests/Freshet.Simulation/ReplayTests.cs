using Freshet.Simulation.Building;
using Freshet.Simulation.Running;

namespace Freshet.Simulation;

/// <summary>A seed is all that a run depends on.</summary>
public sealed class ReplayTests
{
    /// <summary>What came before in the process, on which thread it runs and in which build makes no difference.</summary>
    [Fact]
    public void ASeedReplaysExactly()
    {
        ulong[] seeds = [3, 17, 41, 99, 121];
        var (one, other) = (SimulatedBuild.Shared.Value, SimulatedBuild.Load());

        var traces = seeds.Select(seed => Campaign.Run(one, new RunRequest(seed)).Trace).ToList();
        // Side by side in another build: in the same order, and backwards with runs of other seeds between them.
        var (forwards, backwards) = (new List<ulong>(), new List<ulong>());
        var threads = new List<Thread>
        {
            new(() => forwards.AddRange(seeds.Select(seed => Campaign.Run(other, new RunRequest(seed)).Trace))),
            new(() => backwards.AddRange(seeds.Reverse().Select(seed =>
            {
                Campaign.Run(other, new RunRequest(seed + 1_000));
                return Campaign.Run(other, new RunRequest(seed)).Trace;
            }))),
        };
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        forwards.ShouldBe(traces);
        backwards.AsEnumerable().Reverse().ShouldBe(traces);
        traces.Distinct().Count().ShouldBe(seeds.Length);
    }
}
