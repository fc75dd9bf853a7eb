using System.Diagnostics;
using Freshet.Simulation.Building;
using Freshet.Simulation.Planted;

namespace Freshet.Simulation.Running;

/// <summary>Looks for a seed that shows a planted bug.</summary>
internal static class BugHunt
{
    /// <summary>How many seeds are run to see a bug. Each is planted under conditions in which some one of ten shows it.</summary>
    public const ulong MostSeeds = 300;

    /// <summary>Runs seeds from the first on until the checker notices something, or as many have been run as are given.</summary>
    /// <remarks>Seeds and not seconds: a seed shows on a busy machine what it shows on a quiet one.</remarks>
    /// <param name="bug">The bug.</param>
    /// <param name="most">How many seeds to run.</param>
    /// <returns>What was noticed; null when nothing was.</returns>
    public static Catch? Find(PlantedBug bug, ulong most)
    {
        var watch = Stopwatch.StartNew();
        var (run, number) = SwitchedBuild.Shared.Value.Of(bug);
        for (var seed = 1UL; seed <= most; seed++)
        {
            var report = Campaign.Run(run, RequestFor(bug, seed) with { Bug = number });
            if (report.Violations is [var first, ..]) return new Catch(bug, seed, [.. report.Violations.Select(each => each.Rule)], first.What, watch.Elapsed);
        }
        return null;
    }

    /// <summary>What is run of a seed to see a bug.</summary>
    public static RunRequest RequestFor(PlantedBug bug, ulong seed) => new(seed) { Under = bug.Under };

    /// <summary>Looks for all of them, some at a time, and writes one line for each.</summary>
    public static IReadOnlyList<(PlantedBug Bug, Catch? Catch)> FindAll(IEnumerable<PlantedBug> bugs, ulong most, Action<string> write) => Each(bugs, write, bug =>
    {
        var caught = Find(bug, most);
        return ((bug, caught), caught?.ToString() ?? $"{bug.Name} ({bug.Guards}): NOT CAUGHT by {most} seeds");
    });

    /// <summary>Writes for each how many seeds show it: of as many as are given, or of those it took to see it ten times.</summary>
    public static void Count(IEnumerable<PlantedBug> bugs, ulong most, Action<string> write) => Each(bugs, write, bug =>
    {
        var (run, number) = SwitchedBuild.Shared.Value.Of(bug);
        var (seed, shown, watch) = (0UL, 0, Stopwatch.StartNew());
        var rules = new Dictionary<string, int>();
        while (seed < most && shown < 10)
        {
            var report = Campaign.Run(run, RequestFor(bug, ++seed) with { Bug = number });
            if (report.Violations.Count > 0) shown++;
            foreach (var violation in report.Violations) rules[violation.Rule] = rules.GetValueOrDefault(violation.Rule) + 1;
        }
        var broken = string.Join(", ", rules.OrderByDescending(rule => rule.Value).Select(rule => $"{rule.Key} {rule.Value}"));
        return (seed, $"{100.0 * shown / seed,5:0.0} %: {shown} of {seed} seeds, {watch.Elapsed.TotalSeconds / seed:0.00} s each: {bug.Name} ({broken})");
    });

    private static List<T> Each<T>(IEnumerable<PlantedBug> bugs, Action<string> write, Func<PlantedBug, (T Result, string Line)> look)
    {
        var results = new List<T>();
        _ = SwitchedBuild.Shared.Value; // compiled once, before the threads begin
        Parallel.ForEach(bugs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, bug =>
        {
            var (result, line) = look(bug);
            lock (results)
            {
                results.Add(result);
                write(line);
            }
        });
        return results;
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
    public override string ToString() => $"{Bug.Name} ({Bug.Guards}): seed {Seed}, {string.Join(", ", Rules)}, {After.TotalSeconds:0.0} s{(Bug.Under == Direction.None ? "" : $" ({Bug.Under})")}";
}
