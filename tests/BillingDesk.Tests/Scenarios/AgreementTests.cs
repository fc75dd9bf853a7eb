namespace BillingDesk.Tests.Scenarios;

/// <summary>S19 as far as the server goes: once a payment has answered, no two panels contradict each other.</summary>
public sealed class AgreementTests
{
    private const string Account = SampleIds.Busy;
    private const int Payments = 200;

    [Fact]
    public async Task S19_AfterEachOf200PaymentsSummaryBadgeAndListAgree()
    {
        await using var desk = await DeskHost.StartAsync();
        using var done = new CancellationTokenSource();
        // Another tab reads the same panels without pause, so that a payment always meets loads in flight.
        var otherTab = Task.Run(() => ReadOnAsync(desk, done.Token));
        var unpaid = (await GetAsync<List<InvoiceRow>>(desk, Panels.List(Account))).Where(row => row.PaidAt is null).Take(Payments).ToList();
        unpaid.Count.ShouldBe(Payments);

        foreach (var row in unpaid)
        {
            using var response = await desk.Http.PostAsync($"/api/invoices/{row.Id}/pay", null);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);

            var summary = await GetAsync<AccountSummary>(desk, Panels.Summary(Account));
            var badge = await GetAsync<HeaderBadge>(desk, Panels.Badge(Account));
            var list = await GetAsync<List<InvoiceRow>>(desk, Panels.List(Account));

            list.Single(each => each.Id == row.Id).Status.ShouldBe("paid");
            var overdue = list.Count(each => each.Status == "past_due");
            (summary.Status, summary.OpenInvoices, summary.OverdueInvoices).ShouldBe((badge.Status, badge.OpenInvoices, badge.OverdueInvoices));
            (badge.OpenInvoices, badge.OverdueInvoices).ShouldBe((list.Count(each => each.PaidAt is null), overdue));
            badge.Status.ShouldBe(overdue > 0 ? "past_due" : "current");
            summary.BalanceCents.ShouldBe(list.Where(each => each.PaidAt is null).Sum(each => each.AmountCents));
        }

        await done.CancelAsync();
        await otherTab;
        var records = await desk.RecordsAsync(after: 0);
        records.Count.ShouldBe(Payments);
        records.ShouldAllBe(record => record.Event == "invoice.paid" && record.Invalidations.Count == 2);
    }

    private static async Task ReadOnAsync(DeskHost desk, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            await Task.WhenAll(
                GetAsync<AccountSummary>(desk, Panels.Summary(Account)), GetAsync<HeaderBadge>(desk, Panels.Badge(Account)),
                GetAsync<List<InvoiceRow>>(desk, Panels.List(Account)));
        }
    }

    private static async Task<T> GetAsync<T>(DeskHost desk, string path) => (await desk.Http.GetFromJsonAsync<T>(path))!;
}
