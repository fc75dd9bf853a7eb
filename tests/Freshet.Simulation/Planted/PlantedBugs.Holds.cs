using static Freshet.Simulation.Planted.Directions;
using static Freshet.Simulation.Planted.Faults;

namespace Freshet.Simulation.Planted;

/// <remarks>From before a commit to its record: holds, the outbox, its relay.</remarks>
internal static partial class PlantedBugs
{
    private static IReadOnlyList<PlantedBug> Holds =>
    [
        Bug("relay marks before it appends", "PROTOCOL 24", "Freshet.Sql/Relay/DueRows.cs",
            "            if (due.Rows.Count == 0 || await append(due.Rows).ConfigureAwait(false) is not { } fates) return 0;\n            await due.NoteAsync(fates, cancellationToken).ConfigureAwait(false);",
            "            if (due.Rows.Count == 0) return 0;\n            await due.NoteAsync(new RowFates([.. due.Rows.Select(row => new AppendedRow(row.Id!.Value, default))], []), cancellationToken).ConfigureAwait(false);\n            if (await append(due.Rows).ConfigureAwait(false) is null) return 0;") with { Under = Dying with { With = [WriterCrashes, Loss, Cuts] } },
        Bug("relay asleep", "DESIGN 5, PROTOCOL 27", "Freshet.Sql/Relay/OutboxRelay.cs", "while (!log.IsAway) //", "while (false) //"),
        Bug("action does not ask what is committed", "DESIGN 5", "Writing/FreshetAction.Settling.cs", "            else if (those.Contains(intent.Draft.Id)) drafts.Add(intent.Draft);\n", ""),
        Bug("unknown outbox means rolled back", "PROTOCOL 27", "Writing/FreshetAction.Settling.cs", "                _log.ExpireAhead([intent.Draft]);\n                isUnknown = true;", "                isUnknown = true;") with { Under = Busy with { With = [DatabaseFails, DatabaseFails], Without = [LoaderFails, LoaderHangs] } },
        Bug("written through though rolled back", "DESIGN 6, PROTOCOL 25", "Writing/FreshetAction.Ending.cs", "!appended.IsPending && settled.IsWhole) WriteThrough", "!appended.IsPending) WriteThrough") with { Under = Written with { With = [BrokenActions], Keys = 30 } },
        Bug("hold not placed", "R8", "Writing/FreshetAction.Holding.cs", "if (_high.Among(draft.Invalidations) is { Count: > 0 } tags)", "if (_high.Among(draft.Invalidations) is { Count: > 99 } tags)"),
        Bug("saved without a hold", "R8", "Freshet.Sql/Outbox/SqlOutbox.cs", "await action.HoldAsync().ConfigureAwait(false); // before the commit", "await Task.CompletedTask.ConfigureAwait(false); //"),
        Bug("hold not waited for", "R8, PROTOCOL 22", "Log/Shared/LeaseRow.cs", " || record.Holds?.Tags.Any(tag => Kinds.Contains(tag.Kind)) == true", ""),
        Bug("hold ignored by readers", "R8", "Reading/QueryRuntime.cs", "=> MaxStaleness == 0 ? applied.Holds : null;", "=> null;"),
        Bug("hold ignored by hits", "R8", "Store/Entry.cs", "if (holds is not null && holds.Touch(marks)) return Verdict.Held;", ";"),
        Bug("load joined under a hold", "R8", "Reading/QueryRuntime.Loading.cs", "if (holds is not null && !need.FromSource && holds.Touch(tags, FoundKinds))", "if (false)"),
        // And so taken for checked: hits do not look for the hold any more.
        Bug("value stored under a hold", "R8", "Reading/QueryRuntime.Landing.cs", "entry.Judge(applied, now, HoldsAt(applied));", "entry.Judge(applied, now);"),
        Bug("hold released before its record", "R8", "Writing/FreshetAction.Ending.cs", "            var release = ReleaseOf(settled.Dropped);\n",
            "            if (ReleaseOf(settled.Drafts.Select(draft => draft.Id)) is { } early) await _log.AppendAsync(Writer, [early]).ConfigureAwait(false);\n            var release = ReleaseOf(settled.Dropped);\n"),
        Bug("overdue hold ends without an expiry", "R8, PROTOCOL 26", "Log/Holds/OverdueHolds.cs", "[.. hold.Tags.Select(tag => new Invalidation(tag, InvalidationKind.Expire, TimeSpan.Zero))]", "[]") with { Under = Dying with { With = [WriterCrashes, WriterCrashes, WriterCrashes, WriterCrashes], Keys = 60, Writes = 0.03, Queries = [nameof(QueryKind.High)] } },
        Bug("overdue hold never ends", "R8, PROTOCOL 26", "Log/Holds/OverdueHolds.cs", "if (overdue.Count == 0 || _log.IsAway) return;", "return;") with { Under = Dying },
        Bug("standing holds not told to who begins", "R8", "Log/Shared/LogFollower.cs", "StandingHolds.Of(reply.Holds.Select(", "StandingHolds.Of(reply.Holds.Take(0).Select(") with { Under = CutOff with { With = [Crashes, Crashes, LongTransactions, LongTransactions] } },
        Bug("second level asked past the cache", "R8, PROTOCOL 7", "Reading/Flight.SecondLevel.cs", " && !_context.FromSource;", ";"),
    ];
}
