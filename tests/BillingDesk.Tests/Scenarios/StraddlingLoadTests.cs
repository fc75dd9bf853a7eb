namespace BillingDesk.Tests.Scenarios;

/// <summary>P1, P3 and P6 over HTTP: a load has read the database, then an invoice is paid, and the load's value arrives late.</summary>
public sealed class StraddlingLoadTests
{
    private const string Account = SampleIds.Showcase;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30); // a read that waits for the held load would wait for ever

    [Fact]
    public async Task ALoadThatReadBeforeThePaymentDoesNotPutTheOldSummaryIntoTheCache()
    {
        var gate = new LoadGate("account-summary", Held.AfterReading);
        await using var desk = await DeskHost.StartAsync(gate.AddTo);
        var early = desk.ReadAsync<AccountSummary>(Panels.Summary(Account));
        await gate.Reached;

        await desk.WriteAsync(HttpMethod.Post, $"/api/invoices/{SampleIds.ShowcaseInvoice}/pay");
        gate.Open();
        var before = (await early.WaitAsync(_patience)).Value; // asked before the payment, so it may be told what was before
        var after = await desk.ReadAsync<AccountSummary>(Panels.Summary(Account));

        after.Value.OpenInvoices.ShouldBe(before.OpenInvoices - 1);
        after.Result.ShouldBe("miss");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AReadAfterThePaymentDoesNotWaitForALoadThatReadBeforeItNorIsItsAnswerReplaced(bool withToken)
    {
        var gate = new LoadGate("account-summary", Held.AfterReading);
        await using var desk = await DeskHost.StartAsync(gate.AddTo);
        var early = desk.Http.GetFromJsonAsync<AccountSummary>(Panels.Summary(Account));
        await gate.Reached;

        var paid = await desk.WriteAsync(HttpMethod.Post, $"/api/invoices/{SampleIds.ShowcaseInvoice}/pay");
        var later = await desk.ReadAsync<AccountSummary>(Panels.Summary(Account), withToken ? paid.Token : null).WaitAsync(_patience);
        gate.Open();
        var before = await early.WaitAsync(_patience);
        var last = await desk.ReadAsync<AccountSummary>(Panels.Summary(Account));

        later.Value.OpenInvoices.ShouldBe(before!.OpenInvoices - 1);
        last.Value.ShouldBe(later.Value);
        last.Result.ShouldBe("hit");
        gate.Begun.ShouldBe(2);
    }
}
