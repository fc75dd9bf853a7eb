using BillingDesk.Accounts;
using BillingDesk.Billing;
using Freshet;

namespace BillingDesk.Tests.Scenarios;

/// <summary>S8, S9 and S12 as far as no browser is needed: a provider takes the money, and tells of it by its webhook.</summary>
public sealed class PaymentProviderTests
{
    private const string Account = SampleIds.Showcase;
    private const string Invoice = SampleIds.ShowcaseInvoice;
    private const string Bought = "plan_scale";

    private static readonly TimeSpan _delay = TimeSpan.FromSeconds(3);

    private static readonly Dictionary<string, string> _invoice = new() { ["invoiceId"] = Invoice };

    [Fact]
    public async Task S8_TheProvidersWebhookMarksTheInvoicePaidAndTheNextViewerOfAMediumQueryGetsOneStaleAnswer()
    {
        await using var desk = await StartAsync();
        var before = (await desk.ReadAsync<DashboardCard>(Panels.Card(Account))).Value;
        await desk.WarmAsync(Panels.Card(Account), Panels.Badge(Account), Panels.Invoice(Invoice));

        var begun = await desk.WriteAsync(HttpMethod.Post, $"/api/invoices/{Invoice}/checkout");
        begun.Status.ShouldBe(HttpStatusCode.Accepted);
        (begun.Records.Count, begun.Token).ShouldBe((0, null));
        (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Value.Status.ShouldBe(InvoiceStatus.PastDue, "nobody has paid yet");

        var record = await CallBackAsync(desk);

        (record.Trigger, record.Action, record.Actor, record.Event).ShouldBe((TriggerKind.Webhook, "POST /webhooks/payments payment.succeeded", "payments", "invoice.paid"));
        record.Invalidations.Select(each => each.Tag.Text).Order().ShouldBe([$"account-invoices:{Account}", $"invoice:{Invoice}"]);
        record.Invalidations.ShouldAllBe(each => each.Kind == InvalidationKind.MarkStale);

        // High: never the old one. Medium: the old one once, while one load replaces it.
        (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Value.Status.ShouldBe(InvoiceStatus.Paid);
        (await desk.ReadAsync<HeaderBadge>(Panels.Badge(Account))).Result.ShouldBe("miss");
        var loads = desk.Meter.Loads;
        var card = await desk.ReadAsync<DashboardCard>(Panels.Card(Account));
        card.Result.ShouldContain("stale");
        card.Value.ShouldBe(before);
        while (card.Result.Contains("stale", StringComparison.Ordinal)) card = await desk.ReadAsync<DashboardCard>(Panels.Card(Account));
        card.Value.OpenInvoices.ShouldBe(before.OpenInvoices - 1);
        desk.Meter.Loads.ShouldBe(loads + 1);
    }

    [Fact]
    public async Task S9_ADeliveryThatComesTwiceAndTwiceAtOnceIsOneWriteAndOneRecord()
    {
        await using var desk = await StartAsync();

        (await desk.DeliverAsync("evt_1", InvoiceCheckout.Succeeded, _invoice)).ShouldBe(HttpStatusCode.OK);
        (await desk.DeliverAsync("evt_1", InvoiceCheckout.Succeeded, _invoice)).ShouldBe(HttpStatusCode.OK);
        var bought = new Dictionary<string, string> { ["accountId"] = Account, ["planId"] = Bought };
        var at = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => desk.DeliverAsync("evt_2", PlanCheckout.Completed, bought)));

        at.ShouldAllBe(status => status == HttpStatusCode.OK);
        (await desk.RecordsAsync(after: 0)).Select(record => record.Event).ShouldBe(["invoice.paid", "subscription.changed"]);
        var audit = (await desk.ReadAsync<AuditEntry[]>(Panels.Audit(Account))).Value;
        audit.Count(entry => entry is { Actor: "payment provider", Action: "subscription.changed" }).ShouldBe(1, "a plan can be taken again, so only the claim tells");
        audit.Count(entry => entry is { Actor: "payment provider", Action: "invoice.paid" }).ShouldBe(1);
    }

    [Fact]
    public async Task S12_UntilTheWebhookLandsThePlanIsTheOldOneWhateverIsRenderedAgainAndThenItIsTheNewOneAtOnce()
    {
        await using var desk = await StartAsync();
        var before = (await desk.ReadAsync<Subscription>(Panels.Subscription(Account))).Value;
        before.PlanId.ShouldNotBe(Bought);

        var begun = await desk.WriteAsync(HttpMethod.Post, $"/api/accounts/{Account}/checkout", new { planId = Bought });
        begun.Status.ShouldBe(HttpStatusCode.Accepted);
        (begun.Records.Count, begun.Token).ShouldBe((0, null));

        // The browser is back and keeps asking; drawing the page again changes nothing.
        for (var asked = 0; asked < 3; asked++)
        {
            (await desk.WriteAsync(HttpMethod.Post, "/api/widgets/feedback", new { text = "Is it there yet?" })).ShouldHaveInvalidatedNothing();
            var waiting = await desk.ReadAsync<Subscription>(Panels.Subscription(Account));
            (waiting.Value, waiting.Result).ShouldBe((before, "hit"));
        }

        var record = await CallBackAsync(desk);
        record.Invalidations.Select(each => each.Tag.Text).Order().ShouldBe([$"account:{Account}", $"subscription:{Account}"]);
        var after = (await desk.ReadAsync<Subscription>(Panels.Subscription(Account))).Value;
        (after.PlanId, after.Version).ShouldBe((Bought, before.Version + 1));
    }

    [Fact]
    public async Task WhatIsNotSignedByTheProviderIsRefusedAndPaysNothing()
    {
        await using var desk = await StartAsync();
        (await desk.DeliverAsync("evt_1", InvoiceCheckout.Succeeded, _invoice, "not the provider's secret")).ShouldBe(HttpStatusCode.Unauthorized);
        desk.Position.ShouldBe(0);
        (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Value.Status.ShouldBe(InvoiceStatus.PastDue);

        (await desk.DeliverAsync("evt_1", InvoiceCheckout.Succeeded, _invoice)).ShouldBe(HttpStatusCode.OK, "nothing was claimed by the forged one");
        (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Value.Status.ShouldBe(InvoiceStatus.Paid);
    }

    [Fact]
    public async Task WhatMakesNoSenseBeginsNoCheckout()
    {
        await using var desk = await StartAsync();
        (await desk.WriteAsync(HttpMethod.Post, "/api/invoices/inv_none/checkout")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await desk.WriteAsync(HttpMethod.Post, "/api/accounts/acc_none/checkout", new { planId = Bought })).Status.ShouldBe(HttpStatusCode.NotFound);
        (await desk.WriteAsync(HttpMethod.Post, $"/api/accounts/{Account}/checkout", new { planId = "plan_none" })).Status.ShouldBe(HttpStatusCode.BadRequest);
        await desk.WriteAsync(HttpMethod.Post, $"/api/invoices/{Invoice}/pay");
        (await desk.WriteAsync(HttpMethod.Post, $"/api/invoices/{Invoice}/checkout")).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    private static Task<DeskHost> StartAsync() => DeskHost.StartAsync(arguments:
        ["--Freshet:Webhooks:payments:Secrets:0", Deliveries.Secret, "--BillingDesk:ProviderDelay", $"{_delay:c}"]);

    /// <summary>Lets the provider's delay pass, and waits for the record of what it then delivers.</summary>
    private static async Task<LogRecord> CallBackAsync(DeskHost desk)
    {
        var position = desk.Position;
        await desk.Time.WhenTimerSetAsync(_delay);
        desk.Time.Advance(_delay);
        return await desk.NextRecordAsync(position);
    }
}
