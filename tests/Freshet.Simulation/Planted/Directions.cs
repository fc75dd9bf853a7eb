using static Freshet.Simulation.Planted.Faults;

namespace Freshet.Simulation.Planted;

/// <summary>Conditions under which a guard is needed more often than where a seed is left to itself.</summary>
internal static class Directions
{
    /// <summary>Few rows, and many writes.</summary>
    public static readonly Direction Busy = new() { Keys = 4, Writes = 0.25 };

    /// <summary>The same, and work is interrupted all the time: what shows between two steps.</summary>
    public static readonly Direction Between = Busy with { Keys = 1, Pace = 40 };

    /// <summary>Only high queries are read, on nodes that are cut off: leases.</summary>
    public static readonly Direction CutOff = Busy with { With = [Cuts], Queries = [nameof(QueryKind.High), nameof(QueryKind.Memory)] };

    /// <summary>Only queries with a bound are read, on nodes that are cut off, and no last good value excuses an old one.</summary>
    public static readonly Direction Lagging = Busy with { With = [Cuts], Without = [LoaderFails, LoaderHangs, Pauses], Queries = [nameof(QueryKind.Medium), nameof(QueryKind.Low)] };

    /// <summary>Values that may be served stale, and nodes that stand still until they may not.</summary>
    public static readonly Direction Stale = new() { With = [Pauses], Keys = 30, Writes = 0.1, Queries = [nameof(QueryKind.Medium), nameof(QueryKind.Low)] };

    /// <summary>So many rows that nobody has read one for a while, in a second level that works: what a node and the log know no more, or not yet.</summary>
    public static readonly Direction Afresh = new() { Without = [SecondLevelFails, LogRestarts], Keys = 200, Clients = 2, Writes = 0.25, Queries = [nameof(QueryKind.High), nameof(QueryKind.Medium)] };

    /// <summary>Writers whose process dies, over a log that lives on.</summary>
    public static readonly Direction Dying = Busy with { With = [WriterCrashes], Without = [LogRestarts], Queries = [nameof(QueryKind.High), nameof(QueryKind.Memory)] };

    /// <summary>Values that writers hand over.</summary>
    public static readonly Direction Written = Busy with { Queries = [nameof(QueryKind.Written)] };

    /// <summary>Tags that a load finds at its end.</summary>
    public static readonly Direction Found = Busy with { With = [LoaderIsSlow], Queries = [nameof(QueryKind.Found)] };
}
