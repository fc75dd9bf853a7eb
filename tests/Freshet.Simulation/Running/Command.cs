using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Freshet.Simulation.Building;
using Freshet.Simulation.Planted;

namespace Freshet.Simulation.Running;

/// <summary>The one command: <c>simulate 10m</c>, <c>simulate 500</c>, <c>simulate --seed 42</c>, each with <c>--bug name</c> or without.</summary>
internal static class Command
{
    private const string Usage = """
        simulate <time or number of seeds>   such as 10m, 90s or 500; runs that many, from --seed on (1 unless told otherwise)
        simulate --seed <seed>               replays one seed and tells what happened around each violation
        simulate --bugs [pattern of names]   plants each bug in turn and tells which seed and rule caught it; "elusive": those the suite leaves out
                 --rates <most>              how many of so many seeds show each, rather than which is the first
                 --under <direction>         under other conditions than each is planted with, as JSON: '{"With":["Cuts"],"Keys":4}'
        options: --bug <name>                with a planted bug
                 --shrink                    finds the least operations that still break the same rule
                 --threads <number>          how many runs at a time; one for each processor unless told otherwise
        """;

    public static int Run(IReadOnlyList<string> arguments)
    {
        ulong? seed = null;
        string? amount = null;
        PlantedBug? bug = null;
        var (shrinks, threads) = (false, Environment.ProcessorCount);
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--seed": seed = ulong.Parse(arguments[++i], CultureInfo.InvariantCulture); break;
                case "--threads": threads = int.Parse(arguments[++i], CultureInfo.InvariantCulture); break;
                case "--shrink": shrinks = true; break;
                case "--bugs": return Hunt([.. arguments.Skip(i + 1)]);
                case "--bug": bug = PlantedBugs.All.Concat(PlantedBugs.Elusive).Single(each => each.Name == arguments[++i]); break;
                case var other when !other.StartsWith('-') && amount is null: amount = other; break;
                default:
                    Console.WriteLine(Usage);
                    return 2;
            }
        }
        var run = SimulatedBuild.Load(bug?.Changes ?? []);
        RunRequest Request(ulong number) => bug is null ? new(number) : BugHunt.RequestFor(bug, number);
        if (amount is null) return Replay(run, Request(seed ?? 1), shrinks);

        var outcome = new Campaign(run, threads).Run(number => Request((seed ?? 1) + number), GoesOn(amount));
        Console.WriteLine(outcome);
        foreach (var (request, violation) in outcome.Broken.Take(20)) Console.WriteLine($"seed {request.Seed}: {violation.Rule}: {violation.What}\n    ./test --simulate --seed {request.Seed}");
        if (outcome.Broken is [var first, ..] && shrinks) Replay(run, first.Request, shrinks);
        return outcome.Broken.Count == 0 ? 0 : 1;
    }

    /// <summary>Whether a campaign goes on after some runs and some time.</summary>
    public static Func<long, TimeSpan, bool> GoesOn(string amount)
    {
        var number = double.Parse(amount.TrimEnd('m', 's'), CultureInfo.InvariantCulture);
        return amount[^1] switch
        {
            'm' => (_, took) => took < TimeSpan.FromMinutes(number),
            's' => (_, took) => took < TimeSpan.FromSeconds(number),
            _ => (runs, _) => runs < number,
        };
    }

    private static int Hunt(List<string> arguments)
    {
        var part = arguments is [var first, ..] && !first.StartsWith('-') ? first : "";
        var bugs = part == "elusive" ? PlantedBugs.Elusive : PlantedBugs.All.Concat(part.Length > 0 ? PlantedBugs.Elusive : []).Where(bug => Regex.IsMatch(bug.Name, part)).ToList();
        var under = arguments.IndexOf("--under");
        if (under >= 0) bugs = [.. bugs.Select(bug => bug with { Under = JsonSerializer.Deserialize<Direction>(arguments[under + 1])! })];
        foreach (var (bug, why) in SwitchedBuild.Shared.Value.Apart) Console.WriteLine($"{bug}: in a build of its own: {why}");
        if (arguments.IndexOf("--rates") is >= 0 and var rates)
        {
            BugHunt.Count(bugs, ulong.Parse(arguments[rates + 1], CultureInfo.InvariantCulture), Console.WriteLine);
            return 0;
        }
        var found = BugHunt.FindAll(bugs, BugHunt.MostSeeds, Console.WriteLine);
        Console.WriteLine($"{found.Count(each => each.Catch is not null)} of {found.Count} caught");
        return found.All(each => each.Catch is not null) ? 0 : 1;
    }

    private static int Replay(Func<string, string> run, RunRequest request, bool shrinks)
    {
        var report = Campaign.Run(run, request);
        Console.WriteLine($"seed {request.Seed}: {report.Reads} reads, {report.Writes} writes, {report.Operations.Count} operations, trace {report.Trace:x16}, {report.Violations.Count} violations");
        foreach (var violation in report.Violations)
        {
            var shown = violation;
            if (shrinks)
            {
                var shrunk = Campaign.Run(run, new Shrinker(run, violation.Rule).Shrink(request));
                shown = shrunk.Violations.First(each => each.Rule == violation.Rule);
                Console.WriteLine($"{violation.Rule}, shrunk to {shrunk.Operations.Count} operations:");
            }
            Console.WriteLine($"{shown.Rule}: {shown.What}");
            foreach (var line in shown.Events) Console.WriteLine("    " + line);
        }
        return report.Violations.Count == 0 ? 0 : 1;
    }
}
