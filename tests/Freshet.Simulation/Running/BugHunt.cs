using System.Diagnostics;
using Freshet.Simulation.Building;
using Freshet.Simulation.Planted;

namespace Freshet.Simulation.Running;

/// <summary>Looks for a seed that shows a planted bug.</summary>
internal static class BugHunt
{
    /// <summary>Runs seeds from the first on until the checker notices something, or the time is up.</summary>
    /// <param name="bug">The bug.</param>
    /// <param name="longest">How long to look.</param>
    /// <returns>What was noticed; null when nothing was.</returns>
    public static Catch? Find(PlantedBug bug, TimeSpan longest)
    {
        var run = SimulatedBuild.Load(bug.Changes);
        var watch = Stopwatch.StartNew();
        for (var seed = 1UL; watch.Elapsed < longest; seed++)
        {
            var report = Campaign.Run(run, new RunRequest(seed));
            if (report.Violations is [var first, ..]) return new Catch(bug, seed, [.. report.Violations.Select(each => each.Rule)], first.What, watch.Elapsed);
        }
        return null;
    }

    /// <summary>Looks for all of them, some at a time, and writes one line for each.</summary>
    public static IReadOnlyList<(PlantedBug Bug, Catch? Catch)> FindAll(IEnumerable<PlantedBug> bugs, TimeSpan longest, Action<string> write)
    {
        var found = new List<(PlantedBug, Catch?)>();
        _ = SimulatedBuild.Faithful; // parsed once, before the threads begin
        Parallel.ForEach(bugs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, bug =>
        {
            var caught = Find(bug, longest);
            lock (found)
            {
                found.Add((bug, caught));
                write(caught?.ToString() ?? $"{bug.Name} ({bug.Guards}): NOT CAUGHT within {longest.TotalSeconds} s");
            }
        });
        return found;
    }
}

/// <summary>A planted bug that was noticed.</summary>
/// <param name="Bug">The bug.</param>
/// <param name="Seed">The seed that showed it.</param>
/// <param name="Rules">The rules that were broken.</param>
/// <param name="What">How the first was.</param>
/// <param name="After">How long it took.</param>
internal sealed record Catch(PlantedBug Bug, ulong Seed, IReadOnlyList<string> Rules, string What, TimeSpan After)
{
    public override string ToString() => $"{Bug.Name} ({Bug.Guards}): seed {Seed}, {string.Join(", ", Rules)}, {After.TotalSeconds:0.0} s";
}
