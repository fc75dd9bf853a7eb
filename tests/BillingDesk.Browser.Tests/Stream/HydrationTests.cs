namespace BillingDesk.Browser.Tests.Stream;

/// <summary>The server embeds what the page's first panels show. In the browser only what changed since is asked for.</summary>
public sealed class HydrationTests(DeskInBrowser desk) : IClassFixture<DeskInBrowser>
{
    private const string Account = "acc_60";

    /// <summary>What the server embeds, as the page would ask for it.</summary>
    private static readonly string[] _embedded =
    [
        $"/api/accounts/{Account}/summary", $"/api/accounts/{Account}/badge", $"/api/accounts/{Account}/invoices", $"/api/orgs/{Account}/members",
    ];

    [Fact]
    public async Task NothingChanged_NothingThatTheServerEmbeddedIsAskedFor()
    {
        var (page, reads, script) = await RenderedAsync();
        script.SetResult();

        await IsSettledAsync(page);
        foreach (var path in _embedded) reads.CountOf(path).ShouldBe(0, path);
        reads.CountOf($"/api/accounts/{Account}/audit").ShouldBe(1); // a panel whose data were not embedded
    }

    [Fact]
    public async Task WhatChangedBetweenRenderAndHydrationIsAskedForOnceAndNothingElse()
    {
        var (page, reads, script) = await RenderedAsync();
        var unpaid = (await desk.UnpaidAsync(Account)).Count;
        using var payer = desk.Elsewhere();
        (await payer.PostAsync($"/api/invoices/{(await desk.UnpaidAsync(Account))[0]}/pay", null)).EnsureSuccessStatusCode();
        reads.Count.ShouldBe(0);
        script.SetResult();

        await Expect(page.Figure("Unpaid")).ToHaveTextAsync($"{unpaid - 1}");
        await Expect(page.Badge()).ToContainTextAsync($"{unpaid - 1} unpaid");
        await IsSettledAsync(page);
        foreach (var path in _embedded) reads.CountOf(path).ShouldBe(path.EndsWith("/members", StringComparison.Ordinal) ? 0 : 1, path);
    }

    /// <summary>A page whose document has come and whose script has not: rendered, and not hydrated before the script may.</summary>
    private async Task<(IPage Page, List<string> Reads, TaskCompletionSource Script)> RenderedAsync()
    {
        var script = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var page = await (await desk.BrowserAsync()).NewPageAsync();
        await page.RouteAsync("**/assets/*.js", async route =>
        {
            asked.TrySetResult();
            await script.Task;
            await route.ContinueAsync();
        });
        var reads = page.Reads();
        await page.GotoAsync($"/?account={Account}", new() { WaitUntil = WaitUntilState.Commit });
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(60)); // the document was read up to its end or nearly so; its data are in it
        return (page, reads, script);
    }

    private static async Task IsSettledAsync(IPage page)
    {
        await Expect(page.Locator(".link-open")).ToBeVisibleAsync();
        await Expect(page.Panel("Team").Locator(".caption-settled")).ToBeVisibleAsync();
        await Expect(page.Panel("Audit").Locator(".caption-settled")).ToBeVisibleAsync();
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.caption-reading').length === 0");
    }
}
