namespace BillingDesk.Browser.Tests.Stream;

/// <summary>Whatever is in the way, the page comes to show what is true, without a reload and without a storm of requests.</summary>
public sealed class OutageTests(DeskInBrowser desk) : IClassFixture<DeskInBrowser>
{
    private const string Account = "acc_60";

    [Fact]
    public async Task TheServerIsRestarted()
    {
        var (page, reads, unpaid) = await OpenAsync();
        await desk.StopAsync();
        await Expect(page.Locator(".link-connecting")).ToBeVisibleAsync();
        await desk.StartAsync();
        await PayAsync(3);

        await ShowsAsync(page, unpaid - 3);
        await Expect(page.Locator(".link-open")).ToBeVisibleAsync();
        NoStorm(reads, perPanel: 6); // the reset of the new epoch, three payments, and rereads of what was in flight
    }

    [Fact]
    public async Task TheNetworkIsCutAndComesBack()
    {
        var (page, reads, unpaid) = await OpenAsync();
        await page.Context.SetOfflineAsync(true);
        await Expect(page.Locator(".link-connecting")).ToBeVisibleAsync();
        await PayAsync(5);
        await page.Context.SetOfflineAsync(false);

        await ShowsAsync(page, unpaid - 5);
        NoStorm(reads, perPanel: 6);
    }

    [Fact]
    public async Task MoreHappenedThanTheLogKeeps()
    {
        var (page, reads, unpaid) = await OpenAsync("--Freshet:LogRetention", "3");
        await page.Context.SetOfflineAsync(true);
        await Expect(page.Locator(".link-connecting")).ToBeVisibleAsync();
        await PayAsync(8);
        await page.Context.SetOfflineAsync(false);

        await ShowsAsync(page, unpaid - 8);
        NoStorm(reads, perPanel: 3); // one reset, whatever happened
    }

    [Fact]
    public async Task TheLaptopSleeps()
    {
        var (page, reads, unpaid) = await OpenAsync();
        var machine = await page.Context.NewCDPSessionAsync(page);
        // Held by a debugger nothing of it runs, not even what a browser lets a frozen page do.
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        machine.Event("Debugger.paused").OnEvent += (_, _) => held.TrySetResult();
        await machine.SendAsync("Debugger.enable");
        await machine.SendAsync("Debugger.pause");
        var statement = machine.SendAsync("Runtime.evaluate", new() { ["expression"] = "0" }); // it is held at the next one, whoever's it is
        await held.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await PayAsync(6);
        await machine.SendAsync("Debugger.resume");
        await statement;

        await ShowsAsync(page, unpaid - 6);
        NoStorm(reads, perPanel: 8);
    }

    private async Task<(IPage Page, List<string> Reads, int Unpaid)> OpenAsync(params string[] arguments)
    {
        if (arguments.Length > 0)
        {
            await desk.StopAsync();
            await desk.StartAsync(arguments);
        }
        var page = await desk.OpenAsync(Account);
        await Expect(page.Badge()).ToContainTextAsync("unpaid");
        var unpaid = await page.FigureAsync("Unpaid");
        var marker = Guid.NewGuid().ToString();
        await page.EvaluateAsync("marker => { window.marker = marker }", marker);
        return (page, page.Reads(), unpaid);
    }

    private async Task PayAsync(int count)
    {
        using var payer = desk.Elsewhere();
        foreach (var invoice in (await desk.UnpaidAsync(Account)).Take(count)) (await payer.PostAsync($"/api/invoices/{invoice}/pay", null)).EnsureSuccessStatusCode();
    }

    private static async Task ShowsAsync(IPage page, int unpaid)
    {
        await Expect(page.Figure("Unpaid")).ToHaveTextAsync($"{unpaid}");
        await Expect(page.Badge()).ToContainTextAsync($"{unpaid} unpaid");
        await Expect(page.Locator(".caption-reading")).ToHaveCountAsync(0);
        (await page.EvaluateAsync<string?>("() => window.marker")).ShouldNotBeNull(); // not reloaded
    }

    private static void NoStorm(List<string> reads, int perPanel)
    {
        lock (reads)
        {
            foreach (var panel in reads.Where(path => path != "/api/stream").GroupBy(path => path))
                panel.Count().ShouldBeLessThanOrEqualTo(perPanel, panel.Key);
            reads.Count(path => path == "/api/stream").ShouldBeLessThanOrEqualTo(12);
        }
    }
}
