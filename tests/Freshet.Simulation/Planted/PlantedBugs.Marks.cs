using static Freshet.Simulation.Planted.Directions;
using static Freshet.Simulation.Planted.Faults;

namespace Freshet.Simulation.Planted;

/// <remarks>What a node knows of each tag.</remarks>
internal static partial class PlantedBugs
{
    private static IReadOnlyList<PlantedBug> Marks =>
    [
        Bug("unknown taken for fresh", "PROTOCOL 12, R6", "Marks/MarkTable.cs", "new TagMark(tag, _forgottenUpTo)", "new TagMark(tag, 0)") with { Under = Afresh with { With = [Crashes] } },
        Bug("marks forgotten before their entries die", "PROTOCOL 12, R5", "Marks/MarkTable.cs", "if (mark.Uses > 0 || mark.LastInvalidatedAt > upTo) return false;", "if (mark.LastInvalidatedAt > upTo) return false;"),
        Bug("forgetting not remembered", "PROTOCOL 12", "Marks/MarkTable.cs", "_forgottenUpTo = Math.Max(_forgottenUpTo, mark.LastInvalidatedAt);", ";") with { Under = Afresh with { With = [Evictions] } },
        Bug("one slot for stale marks", "PROTOCOL 14", "Marks/MarkState.cs", "else if (mark.Deadline < deadline) kept.Add(mark);", "") with { Under = Stale with { With = [LoaderFails, LoaderFails, LoaderFails, LoaderFails] } },
        Bug("stale weakens expire", "DESIGN 3", "Marks/TagMark.cs", "(_state ?? MarkState.ExpiredAtPosition(_lastInvalidatedAt)).MarkStale", "(_state ?? MarkState.ExpiredAtPosition(0)).MarkStale"),
        Bug("deadline never comes", "PROTOCOL 14", "Marks/MarkState.cs", "now >= Deadline ? Verdict.Expired : Verdict.Stale", "Verdict.Stale") with { Under = Stale },
        Bug("deadline from a record's arrival", "PROTOCOL 14", "Log/Shared/LogFollower.cs", "node.Apply(record, age: AgeLocked(record));", "node.Apply(record);") with { Under = Stale },
        Bug("a stale mark is passed over", "R1", "Marks/TagMark.cs", "LastInvalidatedAt <= loadedAt ? Verdict.Fresh : Volatile.Read(ref _state)?.Judge(loadedAt, now) ?? Verdict.Expired", "LastInvalidatedAt <= loadedAt || _state is not null ? Verdict.Fresh : Verdict.Expired"),
        Bug("off by one at the load's own position", "R1", "Store/Entry.cs", "if (mark.LastInvalidatedAt > loadedAt) return true;", "if (mark.LastInvalidatedAt > loadedAt + 1) return true;"),
        Bug("log's own forgetting ignored", "PROTOCOL 12", "Marks/TagMark.cs", "var granted = Math.Min(forgottenUpTo, _unknownUpTo);", "var granted = 0L;") with { Under = Afresh with { With = [Crashes, Trims] } },
    ];
}
