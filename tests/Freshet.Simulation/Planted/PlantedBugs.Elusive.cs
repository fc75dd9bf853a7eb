namespace Freshet.Simulation.Planted;

/// <remarks>Guards whose absence shows only when several rare things meet: the checker sees them in minutes rather than in seconds, if at all. Tests that order the race guard them.</remarks>
internal static partial class PlantedBugs
{
    public static IReadOnlyList<PlantedBug> Elusive { get; } =
    [
        Bug("joined load compared by position alone", "PROTOCOL 6, 27", "Reading/QueryRuntime.Loading.cs",
            "flight.Context.Captured.Sequence >= joinedAt.Sequence ||", "(flight.Context.Captured.Position.Epoch == joinedAt.Position.Epoch && flight.Context.Captured.Position.Position >= joinedAt.Position.Position) ||"),
        Bug("confirmation shared with a request already sent", "PROTOCOL 8", "Log/Shared/Exchanger.cs", "return _running is { IsCompleted: false } ? _next = AfterAsync(_running) : _running = RunAsync();", "return _running is { IsCompleted: false } ? _running : _running = RunAsync();"),
        Bug("token of another epoch believed without an exchange", "PROTOCOL 10", "Log/Shared/SharedLog.cs", "return new Standing(exchanged, 0, isConfirmed);", "return new Standing(true, 0, isConfirmed);"),
        Bug("acknowledgement of another epoch counts", "PROTOCOL 21", "Log/Shared/LeaseWaits.cs", "&& applied.Epoch == position.Epoch && applied.Position >= position.Position;", "&& applied.Position >= position.Position;"),
        Bug("row of another epoch counts as applied", "PROTOCOL 21", "Log/Shared/Exchanger.cs", "TimeSpan? granted = lease is not null && (known is null || known.Value.Epoch == reply.Head.Epoch) ? options.LeaseDuration : null;", "TimeSpan? granted = lease is not null ? options.LeaseDuration : null;"),
        Bug("lease kept while its row is given back", "R7", "Log/Shared/SharedLog.cs", "Node.Confirmation!.Revoke();", ";"),
        Bug("log's own forgetting ignored", "PROTOCOL 12", "Marks/TagMark.cs", "var granted = Math.Min(forgottenUpTo, _unknownUpTo);", "var granted = 0L;"),
        Bug("token not waited for", "R3", "Log/Shared/SharedLog.cs", "if (wanted.Epoch != applied.Epoch || wanted.Position > applied.Position) return false;", ";"),
        Bug("pending writes unknown to the second level", "PROTOCOL 27", "SecondLevel/QuerySecondLevel.cs", "if (_runtime.Node.Ahead.Touches(marks, Clock.Now)) return false;", ";"),
    ];
}
