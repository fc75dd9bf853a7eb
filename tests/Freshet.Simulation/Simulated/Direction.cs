namespace Freshet.Simulation;

/// <summary>What is not left to the seed of a run. Nothing of the core as it is needs one; some planted bugs show in too few seeds without.</summary>
public sealed record Direction
{
    /// <summary>Everything is the seed's.</summary>
    public static readonly Direction None = new();

    /// <summary>Kinds of faults that there are, by their names in <c>Conditions</c>; how much of each is the seed's. One that is named twice is there twice as much.</summary>
    public IReadOnlyList<string> With { get; init; } = [];

    /// <summary>Kinds of faults that there are not.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>How many rows there are.</summary>
    public int? Keys { get; init; }

    /// <summary>How many people read and write.</summary>
    public int? Clients { get; init; }

    /// <summary>Which queries are read, by their names in <c>QueryKind</c>.</summary>
    public IReadOnlyList<string> Queries { get; init; } = [];

    /// <summary>Part of the operations that write.</summary>
    public double? Writes { get; init; }

    /// <summary>How many seconds a node waits for an exchange.</summary>
    public double? ExchangeTimeout { get; init; }

    /// <summary>How many records an exchange brings at most.</summary>
    public int? RecordsPerExchange { get; init; }

    /// <summary>How many seconds longer a value is on its way into the second level.</summary>
    public double Storing { get; init; }

    /// <summary>How many points work passes, on average, between two where others come in between; 0 for none.</summary>
    public int? Pace { get; init; }

    public override string ToString() => string.Join("; ", new[]
    {
        Text("with", With), Text("without", Without), Keys is null ? "" : $"{Keys} rows", Clients is null ? "" : $"{Clients} clients", Text("queries", Queries), Writes is null ? "" : FormattableString.Invariant($"{100 * Writes:0} % writes"),
        ExchangeTimeout is null ? "" : FormattableString.Invariant($"exchanges given up after {ExchangeTimeout} s"), RecordsPerExchange is null ? "" : $"{RecordsPerExchange} records in an exchange",
        Pace is null ? "" : $"interrupted at every {Pace}th point",
    }.Where(part => part.Length > 0));

    private static string Text(string name, IReadOnlyList<string> values) => values.Count == 0 ? "" : $"{name} {string.Join(", ", values)}";
}
