namespace Freshet.Sql;

/// <summary>A row of the outbox, as whoever wrote it left it: a program in another language may have.</summary>
internal sealed record OutboxRow(
    long Seq, Guid? Id, string Trigger, string Action, string? Actor, string Call, string? Event, string? Data, string? Invalidations, string? Cause, string? Trace, int Attempts);

/// <summary>Where the log has a row's record.</summary>
internal readonly record struct AppendedRow(Guid Id, LogPosition Position);

/// <summary>A row that could not be appended.</summary>
/// <param name="Seq">Which.</param>
/// <param name="Error">Why, without a payload.</param>
/// <param name="Again">When it is tried again; null when it is set aside.</param>
internal sealed record FailedRow(long Seq, string Error, TimeSpan? Again);

/// <summary>What became of some rows.</summary>
internal sealed record RowFates(IReadOnlyList<AppendedRow> Appended, IReadOnlyList<FailedRow> Failed);
