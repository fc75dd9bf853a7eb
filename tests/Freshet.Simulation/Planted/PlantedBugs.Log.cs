using Freshet.Simulation.Building;

namespace Freshet.Simulation.Planted;

/// <remarks>Following and confirming.</remarks>
internal static partial class PlantedBugs
{
    private static IReadOnlyList<PlantedBug> Log =>
    [
        Bug("position published before the marks", "PROTOCOL 2", "Log/Node.cs", "            var applied = _applied;\n            var now = clock.Now;\n            foreach (var invalidation in record.Invalidations)",
            "            var applied = _applied;\n            var now = clock.Now;\n            Volatile.Write(ref _applied, new AppliedPosition(applied.Position with { Position = record.Position }, applied.Marks, applied.Sequence + 1));\n            foreach (var invalidation in record.Invalidations)"),
        Bug("gap trusted", "R6", "Log/Shared/LogFollower.cs", "            if (records[0].Position > position + 1) return false;\n            foreach (var record in records) ApplyLocked(record);",
            "            foreach (var record in records)\n            {\n                if (record.Position <= node.Applied.Position.Position) continue;\n                node.Apply(record);\n                history.Add(record);\n            }"),
        Bug("epoch change drops only what is newer", "R6, PROTOCOL 5", "Log/Node.cs", "PublishLocked(new AppliedPosition(head, new MarkTable(head.Epoch, head.Position), _applied.Sequence + 1, holds));",
            "PublishLocked(new AppliedPosition(head, _applied.Position.Position <= head.Position ? _applied.Marks : new MarkTable(head.Epoch, head.Position), _applied.Sequence + 1, holds));"),
        Bug("confirmed before everything is applied", "PROTOCOL 8, 20", "Log/Shared/Exchanger.cs", "        switch (follower.Take(known, reply, sentAt))", "        if (known?.Epoch == reply.Head.Epoch) node.Confirmation.TryConfirm(terms, sentAt, wallAt, granted);\n        switch (follower.Take(known, reply, sentAt))"),
        Bug("bound not enforced", "R4", "Log/Shared/Confirmation.cs", "if (maxStaleness > 0 ? now - proof.At > maxStaleness : now >= proof.LeaseUntil) return false;", "if (maxStaleness == 0 && now >= proof.LeaseUntil) return false;"),
        Bug("no grace is too long", "R4", "Reading/QueryRuntime.cs", "Policy.OutageGrace > TimeSpan.Zero && since <= Policy.MaxStaleness + Policy.OutageGrace;", "Policy.OutageGrace > TimeSpan.Zero;"),
        Bug("high served unconfirmed", "R4", "Reading/QueryRuntime.cs", "Policy.OutageGrace > TimeSpan.Zero && since <= Policy.MaxStaleness + Policy.OutageGrace;", "since <= Policy.MaxStaleness + TimeSpan.FromSeconds(4);"),
        Bug("token that was not reached counts as reached", "R3", "Log/Shared/SharedLog.cs", "if (wanted.Epoch == applied.Epoch) return new Standing(wanted.Position <= applied.Position, wanted.Position, isConfirmed);", "if (wanted.Epoch == applied.Epoch) return new Standing(true, 0, isConfirmed);"),
        new("trimmed records passed over", "R6",
            new Change("Log/Shared/LogFollower.cs", "                counters.NoteStartedOver(StartOverReason.Trimmed);\n                StartOverLocked(reply);", "                node.SkipTo(reply.Head.Position);"),
            new Change("Log/Node.cs", "    public void Dispose() => Running.Dispose();",
                "    public void Dispose() => Running.Dispose();\n    public void SkipTo(long position) => Volatile.Write(ref _applied, new AppliedPosition(_applied.Position with { Position = position }, _applied.Marks, _applied.Sequence + 1, _applied.Holds));")),
    ];
}
