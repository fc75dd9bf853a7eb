using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Freshet.Simulation;

/// <summary>What one run is asked for.</summary>
/// <param name="Seed">Everything that happens comes from it.</param>
/// <param name="Seconds">How long people read and write, in virtual time.</param>
/// <param name="Clients">How many they are.</param>
public sealed record RunRequest(ulong Seed, double Seconds = 20, int Clients = 6)
{
    /// <summary>Kinds of faults that are left out, by their names in <c>Conditions</c>: to see which of them matter.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>What else is not left to the seed.</summary>
    public Direction Under { get; init; } = Direction.None;

    /// <summary>Which planted bug is on, in the build that has them all; 0 for none.</summary>
    public int Bug { get; init; }

    /// <summary>Operations that are left out: the client's number times 1,000,000, and the operation's own.</summary>
    public IReadOnlyList<int> Skipped { get; init; } = [];
}

/// <summary>What became of a run.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Reads">Reads that were answered and checked.</param>
/// <param name="Failed">Reads that ended with an error, or with their node.</param>
/// <param name="Writes">Writes that were committed.</param>
/// <param name="Operations">What the clients did, as <see cref="RunRequest.Skipped"/> names it.</param>
/// <param name="Trace">A number that any other order of events would change.</param>
/// <param name="Violations">The first violation of each rule that was broken.</param>
public sealed record RunReport(ulong Seed, int Reads, int Failed, int Writes, IReadOnlyList<int> Operations, ulong Trace, IReadOnlyList<Violation> Violations);

/// <summary>A promise that was broken.</summary>
/// <param name="Rule">Which.</param>
/// <param name="What">How, in one sentence.</param>
/// <param name="Events">What happened around it, in order.</param>
public sealed record Violation(string Rule, string What, IReadOnlyList<string> Events);

/// <summary>The way into a simulated build: requests and reports are text, since their types are of another assembly on the other side.</summary>
public static class Runner
{
    public static string Run(string request)
    {
        RuntimeHelpers.RunClassConstructor(typeof(RecordDraft).TypeHandle); // takes an identity, which must not be one of whichever run is first
        var run = JsonSerializer.Deserialize<RunRequest>(request)!;
        var world = new World(run);
        world.Run();
        var history = world.History;
        return JsonSerializer.Serialize(new RunReport(
            run.Seed, history.Reads.Count(read => read.End == ReadEnd.Answered), history.Reads.Count(read => read.End != ReadEnd.Answered),
            history.Writes.Count(write => write.CommittedAt >= 0), world.Operations, world.Scheduler.Trace, new Checker(history).Violations()));
    }
}
