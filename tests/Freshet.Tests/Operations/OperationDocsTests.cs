using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Logging;

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
    public void EveryLineOfTheLogIsExplained()
    {
        var lines = typeof(OperationMessages).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>().ToList();
        lines.ShouldNotBeEmpty();
        foreach (var line in lines) MetricsPage.Text.ShouldContain($"\n| {line.EventId} | {line.Level.ToString().ToLowerInvariant()} |");
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
