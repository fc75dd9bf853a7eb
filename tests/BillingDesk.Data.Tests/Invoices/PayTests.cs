namespace BillingDesk.Data.Tests;

public class PayTests
{
    [Fact]
    public async Task Paying_marks_the_invoice_and_moves_the_sums()
    {
        await using var desk = Desk.Seeded();
        var before = (await desk.Get<AccountReads>().SummaryAsync(SampleIds.Showcase))!;
        var outcome = await desk.Get<InvoiceWrites>().PayAsync(SampleIds.ShowcaseInvoice, "Tester");

        var now = new DateTime(2026, 1, 15, 10, 30, 0, DateTimeKind.Utc);
        var paid = outcome.ShouldBeOfType<PayOutcome.Paid>().Invoice;
        (paid.Status, paid.PaidAt, paid.Version, paid.UpdatedAt).ShouldBe((InvoiceStatus.Paid, now, 2, now));
        paid.PaidAt!.Value.Kind.ShouldBe(DateTimeKind.Utc);

        var after = (await desk.Get<AccountReads>().SummaryAsync(SampleIds.Showcase))!;
        (after.OpenInvoices, after.OverdueInvoices).ShouldBe((before.OpenInvoices - 1, before.OverdueInvoices - 1));
        (after.BalanceCents, after.PaidCents).ShouldBe((before.BalanceCents - paid.AmountCents, before.PaidCents + paid.AmountCents));
        (await desk.Get<AccountReads>().CardAsync(SampleIds.Showcase))!.LastPaidAt.ShouldBe(now);

        var entry = (await desk.Get<AuditReads>().TimelineAsync(SampleIds.Showcase))[0];
        (entry.At, entry.Actor, entry.Action, entry.Subject).ShouldBe((now, "Tester", "invoice.paid", paid.Number));
    }

    [Fact]
    public async Task Paying_every_overdue_invoice_makes_the_account_current()
    {
        await using var desk = Desk.Seeded();
        foreach (var invoice in await desk.Get<InvoiceReads>().ListAsync(SampleIds.Showcase))
        {
            if (invoice.Status != InvoiceStatus.PastDue) continue;
            (await desk.Get<AccountReads>().SummaryAsync(SampleIds.Showcase))!.Status.ShouldBe(AccountStatus.PastDue);
            await desk.Get<InvoiceWrites>().PayAsync(invoice.Id, "Tester");
        }
        (await desk.Get<AccountReads>().SummaryAsync(SampleIds.Showcase))!.Status.ShouldBe(AccountStatus.Current);
    }

    [Fact]
    public async Task Paying_twice_says_so_and_changes_nothing()
    {
        await using var desk = Desk.Seeded();
        await desk.Get<InvoiceWrites>().PayAsync(SampleIds.ShowcaseInvoice, "Tester");
        desk.Clock.Now += TimeSpan.FromMinutes(5);
        await desk.ChangesNothingAsync(async () =>
        {
            var again = (await desk.Get<InvoiceWrites>().PayAsync(SampleIds.ShowcaseInvoice, "Tester")).ShouldBeOfType<PayOutcome.AlreadyPaid>();
            again.Invoice.Version.ShouldBe(2);
        });
    }

    [Fact]
    public async Task Of_eight_simultaneous_payments_one_pays()
    {
        await using var desk = Desk.Seeded();
        using var gate = new Barrier(8);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(() =>
        {
            var writes = desk.Get<InvoiceWrites>();
            gate.SignalAndWait();
            return writes.PayAsync(SampleIds.ShowcaseInvoice, "Tester");
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

        outcomes.Count(outcome => outcome is PayOutcome.Paid).ShouldBe(1);
        outcomes.Count(outcome => outcome is PayOutcome.AlreadyPaid).ShouldBe(7);
        var subject = (await desk.Get<InvoiceReads>().FindAsync(SampleIds.ShowcaseInvoice))!.Number;
        (await desk.ScalarAsync<int>("SELECT count(*) FROM audit WHERE subject = @subject", new { subject })).ShouldBe(1);
    }

    [Theory]
    [InlineData("inv_none")]
    [InlineData("x' OR '1'='1")]
    [InlineData("inv_123'; DROP TABLE invoices; --")]
    public async Task An_unknown_invoice_is_not_found_and_nothing_changes(string id)
    {
        await using var desk = Desk.Seeded();
        await desk.ChangesNothingAsync(async () =>
            (await desk.Get<InvoiceWrites>().PayAsync(id, "Tester")).ShouldBeOfType<PayOutcome.NotFound>());
    }
}
