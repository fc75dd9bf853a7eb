namespace Freshet.Simulation.Planted;

/// <remarks>Guards whose absence shows only when several rare things meet, mostly because another guard covers the rest: the checker sees them in minutes rather than in seconds, if at all. Tests that order the race guard them.</remarks>
internal static partial class PlantedBugs
{
    public static IReadOnlyList<PlantedBug> Elusive { get; } =
    [
        // Only while a write is pending, by its own writer, on a load under way that learns its tag at its end.
        Bug("joined load compared by position alone", "PROTOCOL 6, 27", "Reading/QueryRuntime.Loading.cs",
            "flight.Context.Captured.Sequence >= joinedAt.Sequence ||", "(flight.Context.Captured.Position.Epoch == joinedAt.Position.Epoch && flight.Context.Captured.Position.Position >= joinedAt.Position.Position) ||"),
        // The exchange has put up a lease row as well, for which writers wait: what is left is an exchange that takes longer than a lease and its margin.
        Bug("confirmation shared with a request already sent", "PROTOCOL 8", "Log/Shared/Exchanger.cs", "return _running is { IsCompleted: false } ? _next = AfterAsync(_running) : _running = RunAsync();", "return _running is { IsCompleted: false } ? _running : _running = RunAsync();"),
        // A write in a young epoch finishes a lease and its margin late (PROTOCOL 18): by then only queries of medium and low level are served on a node that has not heard of the epoch.
        Bug("token of another epoch believed without an exchange", "PROTOCOL 10", "Log/Shared/SharedLog.cs", "return new Standing(exchanged, 0, isConfirmed);", "return new Standing(true, 0, isConfirmed);"),
        // A node may confirm in the lost epoch only by a reply that was under way when the log was lost: what is left is that reply, and a read on it while the write finishes in the new epoch.
        Bug("append completes in a young epoch", "PROTOCOL 18", "Log/Shared/SharedLog.cs", "if (reply.IsMature) return;", "return;"),
        // The first acknowledgement in the new epoch takes its place, and no write finishes while that is young: what is left is a writer's first write after that.
        Bug("acknowledgement of another epoch counts", "PROTOCOL 21", "Log/Shared/LeaseWaits.cs", "&& applied.Epoch == position.Epoch && applied.Position >= position.Position;", "&& applied.Position >= position.Position;"),
        // No write finishes while the epoch is young, and half a second later the row says what counts: what is left is a node that comes late, in its first half second.
        Bug("row of another epoch counts as applied", "PROTOCOL 21", "Log/Shared/Exchanger.cs", "TimeSpan? granted = lease is not null && (known is null || known.Value.Epoch == reply.Head.Epoch) ? options.LeaseDuration : null;", "TimeSpan? granted = lease is not null ? options.LeaseDuration : null;"),
        // The node goes on applying what it is told until it ends: what is left is a record lost on its way to a node that is stopping.
        Bug("lease kept while its row is given back", "R7", "Log/Shared/SharedLog.cs", "Node.Confirmation!.Revoke();", ";"),
        // The next load replaces the shared entry: what is left is one that a node meets which began after its tag's mark was forgotten, before anybody has loaded the key anew.
        Bug("log's own forgetting ignored", "PROTOCOL 12", "Marks/TagMark.cs", "var granted = Math.Min(forgottenUpTo, _unknownUpTo);", "var granted = 0L;"),
        // A finished write is applied wherever a lease is held (R7): what is left is a query of low level, on a node cut off for no longer than its bound.
        Bug("token not waited for", "R3", "Log/Shared/SharedLog.cs", "if (wanted.Epoch != applied.Epoch || wanted.Position > applied.Position) return false;", ";"),
        // The tag's own mark says the same until another record takes its position, or the mark is forgotten.
        Bug("pending writes unknown to the second level", "PROTOCOL 27", "SecondLevel/QuerySecondLevel.cs", "if (_runtime.Node.Ahead.Touches(marks, Clock.Now)) return false;", ";"),
        // The log is lost while a transaction is open, and its commit falls between others hearing of the new one and its own node doing so.
        Bug("young log trusted with holds", "R8", "Log/Shared/LogFollower.cs", "isKnown: reply.IsMature));", "isKnown: true));"),
    ];
}
