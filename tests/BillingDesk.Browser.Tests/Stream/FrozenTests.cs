namespace BillingDesk.Browser.Tests.Stream;

/// <summary>A page that the browser froze, as it does with one that was put away and with a laptop that sleeps.</summary>
public sealed class FrozenTests(DeskInBrowser desk) : IClassFixture<DeskInBrowser>
{
    private const string Account = "acc_60";
    private const string Unpaid = "[...document.querySelectorAll('dl.figures > div')].find((figure) => figure.querySelector('dt').textContent === 'Unpaid')?.querySelector('dd').textContent";

    [Fact]
    public async Task FrozenItAsksForNothingAndBackInFrontItComesToShowWhatIsTrue()
    {
        await using var page = await desk.PlainAsync(Account);
        await page.WaitAsync("document.querySelector('.link-open') !== null && document.querySelectorAll('.caption-reading').length === 0");
        var unpaid = (await desk.UnpaidAsync(Account)).Count;
        await page.WaitAsync($"{Unpaid} === '{unpaid}'");
        await page.EvaluateAsync<bool>("window.marker = true; document.addEventListener('freeze', () => { window.frozen = true })");

        await page.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "frozen" });
        await page.WaitAsync("window.frozen === true && document.visibilityState === 'hidden'");
        var before = page.Reads.Count;
        using var payer = desk.Elsewhere();
        foreach (var invoice in (await desk.UnpaidAsync(Account)).Take(6)) (await payer.PostAsync($"/api/invoices/{invoice}/pay", null)).EnsureSuccessStatusCode();
        (await page.EvaluateAsync<string>(Unpaid)).ShouldBe($"{unpaid}");
        page.Reads.Count.ShouldBe(before);
        await page.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "active" });
        await page.SendAsync("Emulation.setFocusEmulationEnabled", new() { ["enabled"] = true }); // and it is in front again

        await page.WaitAsync($"{Unpaid} === '{unpaid - 6}' && document.querySelector('.badge').textContent.includes('{unpaid - 6} unpaid')");
        await page.WaitAsync("document.querySelectorAll('.caption-reading').length === 0");
        (await page.EvaluateAsync<bool>("window.marker")).ShouldBeTrue(); // not reloaded
        var after = page.Reads.Skip(before).ToList();
        foreach (var panel in after.Where(path => path != "/api/stream").GroupBy(path => path)) panel.Count().ShouldBeLessThanOrEqualTo(7, panel.Key); // six payments and coming back
        after.Count(path => path == "/api/stream").ShouldBeLessThanOrEqualTo(2);
    }
}
