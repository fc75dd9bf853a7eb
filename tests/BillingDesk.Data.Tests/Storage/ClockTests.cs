namespace BillingDesk.Data.Tests;

public class ClockTests
{
    [Fact]
    public async Task An_unpaid_invoice_becomes_past_due_the_day_after_its_due_date()
    {
        await using var desk = Desk.Seeded();
        var open = (await desk.Get<InvoiceReads>().ListAsync(SampleIds.Showcase)).Last(invoice => invoice.Status == InvoiceStatus.Open);
        async Task<string> StatusAsync() => (await desk.Get<InvoiceReads>().FindAsync(open.Id))!.Status;
        async Task<long> OverdueAsync() => (await desk.Get<AccountReads>().BadgeAsync(SampleIds.Showcase))!.OverdueInvoices;

        desk.Clock.Now = new DateTimeOffset(open.DueOn.ToDateTime(new TimeOnly(23, 59, 59)), TimeSpan.Zero);
        (await StatusAsync(), await OverdueAsync()).ShouldBe((InvoiceStatus.Open, 4));

        desk.Clock.Now += TimeSpan.FromSeconds(1);
        (await StatusAsync(), await OverdueAsync()).ShouldBe((InvoiceStatus.PastDue, 5));
    }

    [Fact]
    public void Days_are_counted_in_UTC_whatever_the_offset_of_the_clock()
    {
        var clock = new DeskClock(new SetClock(new DateTimeOffset(2026, 1, 16, 1, 0, 0, 123, TimeSpan.FromHours(2)).AddTicks(7)));
        clock.Today.ShouldBe(new DateOnly(2026, 1, 15));
        clock.Now.ShouldBe(new DateTime(2026, 1, 15, 23, 0, 0, 123, DateTimeKind.Utc));
        clock.Now.Kind.ShouldBe(DateTimeKind.Utc);
    }

    [Fact]
    public void A_whole_day_is_left_at_midnight()
    {
        new DeskClock(new SetClock(new DateTimeOffset(2026, 1, 15, 0, 0, 0, TimeSpan.Zero))).UntilTomorrow.ShouldBe(TimeSpan.FromDays(1));
        new DeskClock(new SetClock(new DateTimeOffset(2026, 1, 15, 23, 59, 58, TimeSpan.Zero))).UntilTomorrow.ShouldBe(TimeSpan.FromSeconds(2));
    }
}
