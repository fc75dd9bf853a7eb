using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Freshet.Tests;

/// <summary>What docs/catalog.md and docs/catalog-json.md say is what the code does.</summary>
public sealed partial class CatalogDocsTests
{
    private static readonly string _page = File.ReadAllText(RepositoryRoot.File("docs", "catalog.md"));

    public static TheoryData<string> Knobs => [.. PolicyKnob.All.Select(knob => knob.Name)];

    public static TheoryData<CatalogFaultKind> Faults => [.. Enum.GetValues<CatalogFaultKind>()];

    [Theory]
    [MemberData(nameof(Knobs))]
    public void The_table_shows_the_defaults_of_each_level(string knob)
    {
        var row = Row($"| `{knob}` |");
        var said = row.Split('|')[3..6].Select(cell => Canonical(cell.Trim().Trim('`')));
        said.ShouldBe(new[] { RiskLevel.High, RiskLevel.Medium, RiskLevel.Low }.Select(level => PolicyKnob.All.Single(known => known.Name == knob).Text(QueryPolicy.For(level))));
    }

    [Fact]
    public void The_table_shows_the_longest_time_to_live_of_each_level()
    {
        var said = Row("| `TimeToLive`, at most |").Split('|')[3..6].Select(cell => cell.Trim()).ToList();
        Canonical(said[0]).ShouldBe(LevelLimits.MaxTimeToLive(RiskLevel.High)!.Value.ToString("c", CultureInfo.InvariantCulture));
        Canonical(said[1]).ShouldBe(LevelLimits.MaxTimeToLive(RiskLevel.Medium)!.Value.ToString("c", CultureInfo.InvariantCulture));
        said[2].ShouldContain(nameof(FreshetOptions.MaxTimeToLive));
        LevelLimits.MaxTimeToLive(RiskLevel.Low).ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Every_kind_of_fault_is_explained(CatalogFaultKind kind) => _page.ShouldContain($"`{kind}`");

    [Fact]
    public void The_fault_shown_is_worded_as_it_is_reported()
    {
        var sound = new Sound();
        var query = sound.Query("balance").WithPolicy(policy => policy with { ServeStale = true });
        foreach (var fault in Composing.Faults(sound.With(query, new Event<string>("invoice.voided"))))
            _page.ShouldContain($"{fault.What}. {fault.WayOut}");
    }

    [Fact]
    public void The_example_of_the_JSON_document_has_the_members_that_are_written()
    {
        var page = File.ReadAllText(RepositoryRoot.File("docs", "catalog-json.md"));
        var example = JsonDocument.Parse(JsonBlock().Match(page).Groups[1].Value).RootElement;
        var written = JsonDocument.Parse(new Desk().Model.ToJson()).RootElement;
        Shape(example).ShouldBe(Shape(written));
    }

    /// <summary>Paths of all members outside tag references, which the page shows apart.</summary>
    private static List<string> Shape(JsonElement element) => [.. Paths(element, "").Where(path => !path.Contains(".tags.")).Distinct()];

    private static IEnumerable<string> Paths(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Paths(member.Value, $"{path}.{member.Name}").Prepend($"{path}.{member.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Paths(item, path)),
        _ => [],
    };

    private static string Row(string start) => _page.Split('\n').Single(line => line.StartsWith(start, StringComparison.Ordinal));

    private static string Canonical(string cell) => cell switch
    {
        "yes" => "true",
        "no" => "false",
        "0" => "00:00:00",
        _ when Duration().Match(cell) is { Success: true } match => (match.Groups[2].Value switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" => TimeSpan.FromSeconds(1),
            "min" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => TimeSpan.FromDays(1),
        } * int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToString("c", CultureInfo.InvariantCulture),
        _ => cell,
    };

    [GeneratedRegex("^([0-9]+) (ms|s|min|h|day)$")]
    private static partial Regex Duration();

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
