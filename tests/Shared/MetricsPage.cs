namespace Freshet.Tests;

/// <summary>The table of metrics in docs/operating.md.</summary>
internal static class MetricsPage
{
    /// <summary>The page's text.</summary>
    public static string Text { get; } = File.ReadAllText(RepositoryRoot.File("docs", "operating.md"));

    /// <summary>Its rows, by instrument.</summary>
    public static IReadOnlyDictionary<string, MetricRow> Rows { get; } = Text.Split('\n')
        .Where(line => line.StartsWith("| `freshet.", StringComparison.Ordinal) && line.Split('|').Length == 7)
        .Select(line => line.Split('|').Select(cell => cell.Trim()).ToArray())
        .ToDictionary(cells => cells[1].Trim('`'), cells => new MetricRow(
            [.. cells[2].Split('`').Where((_, at) => at % 2 == 1)], cells[2], cells[3].Trim('`')));
}

/// <summary>What the table says of one instrument.</summary>
/// <param name="Dimensions">Names of its dimensions.</param>
/// <param name="Values">The same cell with the values the dimensions have, as written.</param>
/// <param name="Unit">Its unit.</param>
internal sealed record MetricRow(IReadOnlyList<string> Dimensions, string Values, string Unit);
