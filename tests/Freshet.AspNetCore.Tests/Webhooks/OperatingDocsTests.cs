using Freshet.Tests;

namespace Freshet.AspNetCore.Tests.Webhooks;

/// <summary>What docs/operating.md and docs/webhooks.md say of webhooks is what there is.</summary>
public sealed class OperatingDocsTests
{
    private static readonly string _page = File.ReadAllText(RepositoryRoot.File("docs", "webhooks.md"));

    [Fact]
    public void Every_outcome_and_every_reason_is_named()
    {
        Said("freshet.webhook.deliveries", "outcome").ShouldBe(Enum.GetValues<DeliveryOutcome>().Select(Kebab.Of).Order());
        Said("freshet.webhook.refusals", "reason").ShouldBe([.. Enum.GetValues<SignatureFault>().Select(Kebab.Of).Concat(["too-large", "unreadable"]).Order()]);
        foreach (var reason in Said("freshet.webhook.refusals", "reason")) _page.ShouldContain($"| `{reason}` |");
        MetricsPage.Rows["freshet.webhook.deliveries"].Unit.ShouldBe("{delivery}");
        MetricsPage.Rows["freshet.webhook.refusals"].Unit.ShouldBe("{delivery}");
    }

    [Fact]
    public void Every_setting_has_its_default()
    {
        var options = new WebhookOptions();
        _page.ShouldContain($"| `Tolerance` | {options.Tolerance} |");
        _page.ShouldContain($"| `MaxBodyBytes` | {options.MaxBodyBytes} |");
        _page.ShouldContain($"| `SignatureHeader` | `{options.SignatureHeader}` |");
        _page.ShouldContain($"| `EventIdPath`, `EventTypePath` | `{options.EventIdPath}`, `{options.EventTypePath}` |");
        typeof(WebhookOptions).GetProperties().ShouldAllBe(property => _page.Contains($"`{property.Name}`"));
    }

    private static string[] Said(string instrument, string dimension)
    {
        var values = MetricsPage.Rows[instrument].Values;
        return [.. values[(values.IndexOf($"`{dimension}`: ", StringComparison.Ordinal) + dimension.Length + 4)..].Split(", ").Order()];
    }
}
