using System.Text.Json;
using System.Text.Json.Nodes;
using BillingDesk.Billing;
using Freshet;

namespace BillingDesk.Tests.Scenarios;

/// <summary>S22: a write that finishes later is accepted, then processing, then completed; only the last one carries events, and every panel follows.</summary>
public sealed class OperationTests
{
    private const string Account = SampleIds.Showcase;

    [Fact]
    public async Task S22_SettlingWhatIsOverdueIsAcceptedAndCarriesEventsOnlyWhenItIsCompletedAndEveryPanelFollows()
    {
        await using var desk = await DeskHost.StartAsync();
        string[] panels = [Panels.Summary(Account), Panels.Badge(Account), Panels.List(Account)];
        await desk.WarmAsync(panels);
        var overdue = (await desk.ReadAsync<InvoiceRow[]>(Panels.List(Account))).Value.Where(row => row.Status == InvoiceStatus.PastDue).Select(row => row.Id).ToArray();
        overdue.Length.ShouldBe(4);

        var accepted = await desk.WriteAsync(HttpMethod.Post, $"/api/accounts/{Account}/settle-overdue");
        accepted.Status.ShouldBe(HttpStatusCode.Accepted);
        (StatusOf(accepted.Body), accepted.Records.Count, accepted.Token).ShouldBe(("accepted", 0, null));
        EventsOf(accepted.Body).ShouldBeEmpty();
        await desk.ShouldReloadOnlyAsync(panels);

        var told = await UntilDoneAsync(desk, accepted.Headers.Location!);

        told.Statuses.ShouldBeSubsetOf(["accepted", "processing", "completed"]);
        told.Statuses[^1].ShouldBe("completed");
        var data = JsonNode.Parse(told.Body)!["data"].Deserialize<Settled>(JsonSerializerOptions.Web)!;
        data.InvoiceIds.ShouldBe(overdue, ignoreOrder: true);
        EventsOf(told.Body).ShouldBe(Enumerable.Repeat("invoice.paid", overdue.Length));
        told.Token.ShouldNotBeNullOrEmpty();

        var records = await desk.RecordsAsync(after: 0);
        records.Count.ShouldBe(overdue.Length);
        records.ShouldAllBe(record => record.Trigger == TriggerKind.Job && record.Action == "settle-overdue" && record.Event == "invoice.paid");
        await desk.ShouldReloadOnlyAsync(panels, panels);
        (await desk.ReadAsync<AccountSummary>(Panels.Summary(Account))).Value.OverdueInvoices.ShouldBe(0);
        (await desk.ReadAsync<HeaderBadge>(Panels.Badge(Account))).Value.Status.ShouldBe("current");
    }

    [Fact]
    public async Task AnotherUserIsToldNothingOfIt()
    {
        await using var desk = await DeskHost.StartAsync();
        var accepted = await desk.WriteAsync(HttpMethod.Post, $"/api/accounts/{Account}/settle-overdue");
        (await desk.WriteAsync(HttpMethod.Get, accepted.Headers.Location!.ToString(), headers: ("X-Desk-User", "user_88"))).Status.ShouldBe(HttpStatusCode.NotFound);
        (await desk.WriteAsync(HttpMethod.Post, "/api/accounts/acc_none/settle-overdue")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<(List<string> Statuses, string Body, string? Token)> UntilDoneAsync(DeskHost desk, Uri location)
    {
        var statuses = new List<string>();
        for (var asked = 0; asked < 2_000; asked++) // bounded, so that a lost operation fails here
        {
            desk.Time.Advance(TimeSpan.FromMilliseconds(100)); // workers and marks go by the clock
            var answer = await desk.WriteAsync(HttpMethod.Get, location.ToString());
            statuses.Add(StatusOf(answer.Body));
            if (statuses[^1] is "completed" or "failed") return (statuses, answer.Body, answer.Token);
            EventsOf(answer.Body).ShouldBeEmpty();
            answer.Token.ShouldBeNull();
        }
        throw new InvalidOperationException("It was never completed.");
    }

    private static string StatusOf(string body) => JsonNode.Parse(body)!["status"]!.GetValue<string>();

    private static IEnumerable<string> EventsOf(string body) =>
        JsonNode.Parse(body)!["freshness_events"]?.AsArray().Select(each => each!["type"]!.GetValue<string>()) ?? [];
}
