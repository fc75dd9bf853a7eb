namespace BillingDesk.Data.Tests;

public class NightlySummaryTests
{
    [Fact]
    public async Task A_seeded_desk_shows_the_night_before_and_it_agrees_with_the_account()
    {
        await using var desk = Desk.Seeded();

        var night = (await desk.Get<NightlySummaryReads>().FindAsync(SampleIds.Showcase)).ShouldNotBeNull();

        var now = (await desk.Get<AccountReads>().SummaryAsync(SampleIds.Showcase))!;
        (night.Day, night.OpenInvoices, night.OverdueInvoices, night.BalanceCents, night.PaidCents, night.Currency).ShouldBe(
            (Desk.SeedDay, now.OpenInvoices, now.OverdueInvoices, now.BalanceCents, now.PaidCents, now.Currency));
        night.Members.ShouldBe((await desk.Get<MemberReads>().TeamAsync(SampleIds.Showcase)).Count);
    }

    [Fact]
    public async Task What_happens_by_day_shows_after_the_next_run_and_not_before()
    {
        await using var desk = Desk.Seeded();
        var before = await desk.Get<NightlySummaryReads>().FindAsync(SampleIds.Showcase);
        await desk.Get<InvoiceWrites>().PayAsync(SampleIds.ShowcaseInvoice, "Tester");
        (await desk.Get<NightlySummaryReads>().FindAsync(SampleIds.Showcase)).ShouldBe(before);

        desk.Clock.Now += TimeSpan.FromDays(1);
        var run = await desk.Get<NightlySummaryWrites>().RebuildAsync();

        (run.Day, run.AccountIds.Count).ShouldBe((Desk.SeedDay.AddDays(1), 120));
        run.AccountIds.ShouldBe(run.AccountIds.Order(StringComparer.Ordinal));
        var after = (await desk.Get<NightlySummaryReads>().FindAsync(SampleIds.Showcase))!;
        (after.Day, after.MadeAt).ShouldBe((run.Day, desk.Clock.Now.UtcDateTime));
        after.OpenInvoices.ShouldBe(before!.OpenInvoices - 1);
        after.BalanceCents.ShouldBe((await desk.Get<AccountReads>().SummaryAsync(SampleIds.Showcase))!.BalanceCents);
    }

    [Fact]
    public async Task An_unknown_account_has_none()
    {
        await using var desk = Desk.Seeded();
        (await desk.Get<NightlySummaryReads>().FindAsync("acc_none")).ShouldBeNull();
    }
}
