using System.Data.Common;

namespace BillingDesk.Data.Tests;

public class SiteTests
{
    [Fact]
    public async Task The_footer_of_a_route_group_is_one_row_with_a_version()
    {
        await using var desk = Desk.Seeded();
        (await desk.Get<SiteReads>().FooterAsync(FooterGroup.Plain)).Version.ShouldBe(1);
        var written = await desk.Get<SiteWrites>().SetFooterAsync(FooterGroup.Plain, "Closed on Friday <all day>", "Tester");
        written.ShouldBe(new SiteFooter("Closed on Friday <all day>", 2, new DateTime(2026, 1, 15, 10, 30, 0, DateTimeKind.Utc)));
        (await desk.Get<SiteReads>().FooterAsync(FooterGroup.Plain)).ShouldBe(written);
        (await desk.Get<SiteReads>().FooterAsync(FooterGroup.Statements)).Version.ShouldBe(1);
        (await desk.ScalarAsync<int>("SELECT count(*) FROM audit WHERE action = 'site.footer-changed' AND account_id IS NULL")).ShouldBe(1);
    }

    [Fact]
    public async Task Feedback_is_stored_as_it_was_typed()
    {
        await using var desk = Desk.Seeded();
        (await desk.Get<SiteWrites>().AddFeedbackAsync("It's \"fine\"; DROP TABLE feedback; --", "Tester")).ShouldBe("fb_1");
        (await desk.Get<SiteWrites>().AddFeedbackAsync("Again", "Tester")).ShouldBe("fb_2");
        (await desk.RowsAsync<string>("SELECT text FROM feedback ORDER BY id")).ShouldBe(["It's \"fine\"; DROP TABLE feedback; --", "Again"]);
        (await desk.RowsAsync<string>("SELECT subject FROM audit WHERE action = 'feedback.added' ORDER BY id")).ShouldBe(["fb_1", "fb_2"]);
    }

    [Fact]
    public async Task What_is_too_long_changes_nothing()
    {
        await using var desk = Desk.Seeded();
        await desk.ChangesNothingAsync(async () =>
        {
            await Should.ThrowAsync<DbException>(() => desk.Get<SiteWrites>().SetFooterAsync(FooterGroup.Plain, new string('x', 501), "Tester"));
            await Should.ThrowAsync<DbException>(() => desk.Get<SiteWrites>().AddFeedbackAsync(new string('x', 2_001), "Tester"));
        });
    }
}
