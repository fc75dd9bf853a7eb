using Freshet.Simulation.Building;
using static Freshet.Simulation.Planted.Directions;
using static Freshet.Simulation.Planted.Faults;

namespace Freshet.Simulation.Planted;

/// <remarks>Following and confirming.</remarks>
internal static partial class PlantedBugs
{
    private static IReadOnlyList<PlantedBug> Log =>
    [
        Bug("position published before the marks", "PROTOCOL 2", "Log/Node.cs", "            var applied = _applied;\n            var now = clock.Now;\n            foreach (var invalidation in record.Invalidations)",
            "            var applied = _applied;\n            var now = clock.Now;\n            Volatile.Write(ref _applied, new AppliedPosition(applied.Position with { Position = record.Position }, applied.Marks, applied.Sequence + 1));\n            foreach (var invalidation in record.Invalidations)") with { Under = Between },
        Bug("gap trusted", "R6", "Log/Shared/LogFollower.cs", "            if (records[0].Position > position + 1) return false;\n            foreach (var record in records) ApplyLocked(record);",
            "            foreach (var record in records)\n            {\n                if (record.Position <= node.Applied.Position.Position) continue;\n                node.Apply(record);\n                history.Add(record);\n            }"),
        Bug("epoch change drops only what is newer", "R6, PROTOCOL 5", "Log/Node.cs", "PublishLocked(new AppliedPosition(head, new MarkTable(head.Epoch, head.Position), _applied.Sequence + 1, holds));",
            "PublishLocked(new AppliedPosition(head, _applied.Position.Position <= head.Position ? _applied.Marks : new MarkTable(head.Epoch, head.Position), _applied.Sequence + 1, holds));") with { Under = Busy with { With = [LogRestarts] } },
        Bug("confirmed before everything is applied", "PROTOCOL 8, 20", "Log/Shared/Exchanger.cs", "        switch (follower.Take(known, reply, sentAt))", "        if (known?.Epoch == reply.Head.Epoch) node.Confirmation.TryConfirm(terms, sentAt, wallAt, granted);\n        switch (follower.Take(known, reply, sentAt))") with { Under = CutOff with { With = [Cuts, Cuts, Delay], Keys = 8, Writes = 0.1, RecordsPerExchange = 1 } },
        Bug("bound not enforced", "R4", "Log/Shared/Confirmation.cs", "if (maxStaleness > 0 ? now - proof.At > maxStaleness : now >= proof.LeaseUntil) return false;", "if (maxStaleness == 0 && now >= proof.LeaseUntil) return false;") with { Under = Lagging with { With = [Cuts, Cuts], Keys = 8, Writes = 0.1 } },
        Bug("no grace is too long", "R4", "Reading/QueryRuntime.cs", "Policy.OutageGrace > TimeSpan.Zero && since <= Policy.MaxStaleness + Policy.OutageGrace;", "Policy.OutageGrace > TimeSpan.Zero;") with { Under = Lagging },
        Bug("high served unconfirmed", "R4", "Reading/QueryRuntime.cs", "Policy.OutageGrace > TimeSpan.Zero && since <= Policy.MaxStaleness + Policy.OutageGrace;", "since <= Policy.MaxStaleness + TimeSpan.FromSeconds(4);") with { Under = CutOff },
        Bug("token that was not reached counts as reached", "R3", "Log/Shared/SharedLog.Standing.cs", "if (wanted.Epoch == applied.Epoch) return new Standing(wanted.Position <= applied.Position, wanted.Position, isConfirmed);", "if (wanted.Epoch == applied.Epoch) return new Standing(true, 0, isConfirmed);") with { Under = Lagging with { With = [Cuts, Delay] } },
        new PlantedBug("trimmed records passed over", "R6",
            new Change("Log/Shared/LogFollower.cs", "                counters.NoteStartedOver(StartOverReason.Trimmed);\n                StartOverLocked(reply);", "                node.SkipTo(reply.Head.Position);"),
            new Change("Log/Node.cs", "    public void Dispose() => Running.Dispose();",
                "    public void Dispose() => Running.Dispose();\n    public void SkipTo(long position) => Volatile.Write(ref _applied, new AppliedPosition(_applied.Position with { Position = position }, _applied.Marks, _applied.Sequence + 1, _applied.Holds));")) with { Under = Busy with { With = [Trims, Cuts] } },
        Bug("token of another epoch believed without an exchange", "PROTOCOL 10", "Log/Shared/SharedLog.Standing.cs", "return new Standing(exchanged, 0, isConfirmed);", "return new Standing(true, 0, isConfirmed);") with { Under = Lagging with { With = [Cuts, LogRestarts] } },
        Bug("token not waited for", "R3", "Log/Shared/SharedLog.Standing.cs", "if (wanted.Epoch != applied.Epoch || wanted.Position > applied.Position) return false;", ";") with { Under = Lagging with { Queries = [nameof(QueryKind.Low)] } },
    ];
}
