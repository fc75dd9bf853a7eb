using static Freshet.Simulation.Planted.Directions;
using static Freshet.Simulation.Planted.Faults;

namespace Freshet.Simulation.Planted;

/// <remarks>Guards whose absence shows only when several rare things meet, mostly because another guard covers the rest: the checker sees them in minutes rather than in seconds, if at all. Tests that order the race guard them.</remarks>
internal static partial class PlantedBugs
{
    public static IReadOnlyList<PlantedBug> Elusive { get; } =
    [
        // Only while a write is pending, by its own writer, on a load under way that learns its tag at its end.
        Bug("joined load compared by position alone", "PROTOCOL 6, 27", "Reading/QueryRuntime.Loading.cs",
            "flight.Context.Captured.Sequence >= joinedAt.Sequence ||", "(flight.Context.Captured.Position.Epoch == joinedAt.Position.Epoch && flight.Context.Captured.Position.Position >= joinedAt.Position.Position) ||") with { Under = Found with { With = [Cuts, LoaderIsSlow] } },
        // The exchange has put up a lease row as well, for which writers wait: what is left is an exchange that takes longer than a lease and its margin.
        Bug("confirmation shared with a request already sent", "PROTOCOL 8", "Log/Shared/Exchanger.cs", "return _running is { IsCompleted: false } ? _next = AfterAsync(_running) : _running = RunAsync();", "return _running is { IsCompleted: false } ? _running : _running = RunAsync();") with { Under = CutOff with { ExchangeTimeout = 4, Keys = 30, Writes = 0.05 } },
        // A node may confirm in the lost epoch only by a reply that was under way when the log was lost: what is left is that reply, and a read on it while the write finishes in the new epoch.
        Bug("append completes in a young epoch", "PROTOCOL 18", "Log/Shared/SharedLog.Appending.cs", "if (reply.IsMature) return;", "return;") with { Under = CutOff with { With = [Cuts, LogRestarts], Keys = 30, Writes = 0.05 } },
        // The first acknowledgement in the new epoch takes its place, and no write finishes while that is young: what is left is a writer's first write after that.
        Bug("acknowledgement of another epoch counts", "PROTOCOL 21", "Log/Shared/LeaseWaits.cs", "&& applied.Epoch == position.Epoch && applied.Position >= position.Position;", "&& applied.Position >= position.Position;") with { Under = CutOff with { With = [Cuts, LogRestarts], Keys = 30, Writes = 0.05 } },
        // No write finishes while the epoch is young, and half a second later the row says what counts: what is left is a node that comes late, in its first half second.
        Bug("row of another epoch counts as applied", "PROTOCOL 21", "Log/Shared/Exchanger.cs", "TimeSpan? granted = lease is not null && (known is null || known.Value.Epoch == reply.Head.Epoch) ? options.LeaseDuration : null;", "TimeSpan? granted = lease is not null ? options.LeaseDuration : null;") with { Under = CutOff with { With = [Cuts, LogRestarts, Crashes], Keys = 30, Writes = 0.05 } },
        // The node goes on applying what it is told until it ends: what is left is a record lost on its way to a node that is stopping.
        Bug("lease kept while its row is given back", "R7", "Log/Shared/SharedLog.cs", "Node.Confirmation!.Revoke();", ";") with { Under = CutOff with { With = [Crashes, Crashes, Crashes, Loss], Keys = 8, Writes = 0.1 } },
        // The tag's own mark says the same until another record takes its position, or the mark is forgotten.
        Bug("pending writes unknown to the second level", "PROTOCOL 27", "SecondLevel/QuerySecondLevel.cs", "if (_runtime.Node.Ahead.Touches(marks, Clock.Now)) return false;", ";") with { Under = Lagging with { With = [Cuts, Cuts, Cuts], Keys = 30, Writes = 0.1 } },
        // The log is lost while a transaction is open, and its commit falls between others hearing of the new one and its own node doing so.
        Bug("young log trusted with holds", "R8", "Log/Shared/LogFollower.cs", "isKnown: reply.IsMature));", "isKnown: true));") with { Under = CutOff with { With = [LongTransactions, LongTransactions, LongTransactions, LogRestarts, LogRestarts, Cuts, Cuts], Keys = 8, Writes = 0.1 } },
        // A record of the tag must come while its mark is being fetched, for an entry of the second level that is older than what the node knows and newer than all the log told.
        Bug("fetched mark assigned", "PROTOCOL 12", "Marks/TagMark.cs", "var merged = MarkState.Merge(own.WithoutExpiryAt(_unknownUpTo), theirs);\n        var last = Math.Max(merged.LastAt, _lastInvalidatedAt > _unknownUpTo ? _lastInvalidatedAt : 0);", "var merged = theirs;\n        var last = merged.LastAt;") with { Under = Afresh with { With = [Crashes, Crashes, Delay], Keys = 30, Clients = 6, Writes = 0.1, Queries = [nameof(QueryKind.Medium), nameof(QueryKind.Low)] } },
    ];
}
