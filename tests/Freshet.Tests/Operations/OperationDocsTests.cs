using System.Globalization;

namespace Freshet.Tests.Operations;

/// <summary>What docs/operating.md and docs/operations.md say of operations is what there is.</summary>
public sealed class OperationDocsTests
{
    private static readonly string _page = File.ReadAllText(RepositoryRoot.File("docs", "operations.md"));

    [Fact]
    public void EveryOutcomeIsNamed()
    {
        var row = MetricsPage.Rows["freshet.operations"];
        row.Dimensions.ShouldBe(["kind", "outcome"]);
        row.Values.Split("`outcome`: ")[1].Split(", ").Order().ShouldBe(Enum.GetValues<OperationOutcome>().Select(Kebab.Of).Order());
        (row.Unit, MetricsPage.Rows["freshet.operation.duration"].Unit).ShouldBe(("{operation}", "s"));
    }

    [Fact]
    public void EverySettingHasItsDefault()
    {
        var options = new OperationOptions();
        foreach (var property in typeof(OperationOptions).GetProperties())
            _page.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"| `{property.Name}` | {property.GetValue(options)} |"));
    }

    [Theory]
    [InlineData(OperationState.Accepted)]
    [InlineData(OperationState.Processing)]
    [InlineData(OperationState.Completed)]
    [InlineData(OperationState.Failed)]
    public void EveryStatusIsNamed(OperationState status) => _page.ShouldContain($"| `{Kebab.Of(status)}` |");
}
