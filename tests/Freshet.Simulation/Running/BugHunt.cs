using System.Diagnostics;
using Freshet.Simulation.Building;
using Freshet.Simulation.Planted;

namespace Freshet.Simulation.Running;

/// <summary>Looks for a seed that shows a planted bug.</summary>
internal static class BugHunt
{
    /// <summary>Runs seeds from the first on until the checker notices something, or as many have been run as are given.</summary>
    /// <remarks>Seeds and not seconds: a seed shows on a busy machine what it shows on a quiet one.</remarks>
    /// <param name="bug">The bug.</param>
    /// <param name="most">How many seeds to run.</param>
    /// <returns>What was noticed; null when nothing was.</returns>
    public static Catch? Find(PlantedBug bug, ulong most)
    {
        var watch = Stopwatch.StartNew();
        return Find(SimulatedBuild.Load(bug.Changes), bug, most, watch);
    }

    /// <summary>The same over a build that has the bug.</summary>
    public static Catch? Find(Func<string, string> run, PlantedBug bug, ulong most, Stopwatch watch)
    {
        for (var seed = 1UL; seed <= most; seed++)
        {
            var report = Campaign.Run(run, new RunRequest(seed));
            if (report.Violations is [var first, ..]) return new Catch(bug, seed, [.. report.Violations.Select(each => each.Rule)], first.What, watch.Elapsed);
        }
        return null;
    }

    /// <summary>Looks for all of them, some at a time, and writes one line for each.</summary>
    public static IReadOnlyList<(PlantedBug Bug, Catch? Catch)> FindAll(IEnumerable<PlantedBug> bugs, ulong most, Action<string> write)
    {
        var found = new List<(PlantedBug, Catch?)>();
        _ = SimulatedBuild.Faithful; // parsed once, before the threads begin
        Parallel.ForEach(bugs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, bug =>
        {
            var caught = Find(bug, most);
            lock (found)
            {
                found.Add((bug, caught));
                write(caught?.ToString() ?? $"{bug.Name} ({bug.Guards}): NOT CAUGHT by {most} seeds");
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
