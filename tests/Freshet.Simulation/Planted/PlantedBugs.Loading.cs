using Freshet.Simulation.Building;
using static Freshet.Simulation.Planted.Directions;

namespace Freshet.Simulation.Planted;

/// <remarks>Capturing, storing, joining, and what comes from the second level.</remarks>
internal static partial class PlantedBugs
{
    private static IReadOnlyList<PlantedBug> Loading =>
    [
        Bug("stamped at the end of the load", "PROTOCOL 1, R1", "Reading/Flight.Ending.cs",
            "_runtime.Kept(_args), value, Context.Captured, Context.Marks,",
            "_runtime.Kept(_args), value, ReferenceEquals(_runtime.Node.Applied.Marks, Context.Captured.Marks) ? _runtime.Node.Applied : Context.Captured, Context.Marks,"),
        Bug("stamped with a position read after the marks", "PROTOCOL 3", "Reading/QueryRuntime.Typed.cs",
            "            case Verdict.Fresh:\n", "            case Verdict.Fresh:\n                Volatile.Write(ref entry.CheckedSequence, Node.Applied.Sequence);\n") with { Under = Between },
        new("time to live from the end of the load", "PROTOCOL 4, R5",
            new Change("Reading/Flight.Ending.cs", "var expiresAt = Math.Min(_expiresAt, Context.LivesUntil);", "var expiresAt = Math.Min(_runtime.Clock.Now + _runtime.JitteredTimeToLive(), Context.LivesUntil);"),
            new Change("Reading/QueryRuntime.Landing.cs", "entry.ExpireBy(entry.CapturedAt + LongestTimeToLive());", ";")),
        new("expired entry served", "R5",
            new Change("Reading/QueryRuntime.Typed.cs", "if (entry.ExpiresAt <= now || !need.AcceptsVersion(entry.Version)) return null;", "if (!need.AcceptsVersion(entry.Version)) return null;"),
            new Change("Reading/QueryRuntime.Typed.cs", "if (entry.RefreshAt <= now || (_confirmation", "if ((_confirmation")),
        Bug("promotion renews a life", "PROTOCOL 4", "SecondLevel/QuerySecondLevel.cs",
            "var expiresAt = Math.Min(askedAt + left, capturedAt + _runtime.LongestTimeToLive());", "var expiresAt = askedAt + _runtime.LongestTimeToLive(); capturedAt = askedAt;"),
        Bug("entry of another epoch served", "PROTOCOL 5, R6", "Store/Entry.cs", "if (!ReferenceEquals(_table, applied.Marks)) return Verdict.Expired;", ";"),
        Bug("shared entry of another epoch served", "PROTOCOL 5, R6", "SecondLevel/QuerySecondLevel.cs", " || header.Loaded.Epoch != at.Position.Epoch", ""),
        Bug("shared entry not judged", "R1", "SecondLevel/QuerySecondLevel.cs", "if (!Entry.InvalidatedAfterLoad(loadedAt, marks)) return true;", "return true;"),
        new("outdated load joined", "R2, PROTOCOL 6", // the reader's own look at the end would find it too
            new Change("Reading/Flight.cs", "\n            && !Entry.InvalidatedAfterLoad(loaded.Position, _context.Marks);", ";"),
            new Change("Reading/QueryRuntime.Loading.cs", "if (again || IsAsGoodAsOwn(", "if (again || way.Flight!.Context.Marks.Length > 0 || IsAsGoodAsOwn(")),
        Bug("late tag of a joined load ignored", "PROTOCOL 6", "Reading/QueryRuntime.Loading.cs", "if (again || IsAsGoodAsOwn(", "if (again || true || IsAsGoodAsOwn(") with { Under = Found },
        new("failing closed joins and hits", "PROTOCOL 7, R4",
            new Change("Reading/Flight.cs", "if (need.FromSource) return false;", ";"),
            new Change("Reading/QueryRuntime.Loading.cs", "if (!need.FromSource && _store", "if (_store"),
            new Change("Reading/QueryRuntime.Typed.cs", "if (need.FromSource) return null;", ";")),
        Bug("older load replaces a newer one's value unjudged", "R1, R2", "Store/Entry.cs", "if (InvalidatedAfterLoad(_loadedAt, marks) && Worst(now) is var verdict and not Verdict.Fresh) return verdict;", ";"),
        Bug("last good value in spite of a token", "PROTOCOL 11", "Reading/QueryRuntime.LastGood.cs", " || last.Loaded.Position < need.RequiredPosition", ""),
        Bug("stale in spite of a token", "PROTOCOL 11", "Reading/Reading.cs", "!IsPart && entry.Loaded.Position >= RequiredPosition;", "!IsPart;"),
        Bug("stale within a load", "PROTOCOL 15", "Reading/Reading.cs", "!IsPart && entry.Loaded.Position >= RequiredPosition;", "entry.Loaded.Position >= RequiredPosition;"),
        Bug("minimum version not compared", "PROTOCOL 28", "Reading/Reading.cs", "minimum is null || version is null || version >= minimum;", "true;"),
        Bug("high serves stale", "DESIGN 4", "Reading/QueryRuntime.Typed.cs", "case Verdict.Stale when Policy.ServeStale && need", "case Verdict.Stale when need"),
        Bug("every screen coherent", "DESIGN 3", "Reading/ScreenReads.cs", "return loadedAt <= validAt || !areMany;", "return true;"),
    ];
}
