namespace BillingDesk.Browser.Tests.Stream;

/// <summary>The network is cut for as long as in a tunnel: nothing passes, and nobody is told so.</summary>
/// <remarks>Apart from the other outages, so that it runs beside them: the thirty seconds are real.</remarks>
public sealed class CutTests(DeskInBrowser desk) : IClassFixture<DeskInBrowser>
{
    private const string Account = "acc_60";
    private static readonly TimeSpan _cut = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task TheNetworkIsCutForThirtySecondsAndThePageConvergesWithoutAReloadOrAStorm()
    {
        await desk.StopAsync();
        await desk.StartAsync("--BillingDesk:StreamHeartbeat", "00:00:02");
        await using var wire = Wire.To(desk.Url);
        var page = await DeskInBrowser.TabAsync(await desk.BrowserAsync(wire.Url), Account);
        await Expect(page.Badge()).ToContainTextAsync("unpaid");
        var unpaid = await page.FigureAsync("Unpaid");
        await page.EvaluateAsync("() => { window.marker = 1 }");
        var errors = new List<string>();
        page.PageError += (_, error) => { lock (errors) errors.Add(error); };
        var reads = page.Reads();

        wire.Cut();
        var over = Task.Delay(_cut, TestContext.Current.CancellationToken);
        using var payer = desk.Elsewhere();
        foreach (var invoice in (await desk.UnpaidAsync(Account)).Take(5)) (await payer.PostAsync($"/api/invoices/{invoice}/pay", null)).EnsureSuccessStatusCode();
        await Expect(page.Locator(".link-connecting")).ToBeVisibleAsync(); // two and a half heartbeats
        await over;
        (await page.FigureAsync("Unpaid")).ShouldBe(unpaid); // what was there stays there
        wire.Mend();

        // A connection that was asked for during the cut is given up after 15 s without hello, and the pause before the next is at random.
        await Expect(page.Figure("Unpaid")).ToHaveTextAsync($"{unpaid - 5}", new() { Timeout = 90_000 });
        await Expect(page.Badge()).ToContainTextAsync($"{unpaid - 5} unpaid");
        await Expect(page.Locator(".link-open")).ToBeVisibleAsync();
        await Expect(page.Locator(".caption-reading")).ToHaveCountAsync(0);
        (await page.EvaluateAsync<int?>("() => window.marker")).ShouldBe(1); // not reloaded
        lock (reads)
        {
            foreach (var panel in reads.Where(path => path != "/api/stream").GroupBy(path => path)) panel.Count().ShouldBeLessThanOrEqualTo(6, panel.Key);
            reads.Count(path => path == "/api/stream").ShouldBeLessThanOrEqualTo(6);
        }
        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task AProxyThatBuffersTheStreamIsToldAsAProblemAndWhatThisTabDoesIsFollowedAllTheSame()
    {
        await using var wire = Wire.To(desk.Url, buffersStream: true);
        var page = await (await desk.BrowserAsync(wire.Url)).NewPageAsync();
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Freshet: stream-silent", StringComparison.Ordinal)) told.TrySetResult();
        };
        var errors = new List<string>();
        page.PageError += (_, error) => { lock (errors) errors.Add(error); };
        await page.GotoAsync("/");
        await Expect(page.Badge()).ToContainTextAsync("unpaid");
        await told.Task.WaitAsync(TimeSpan.FromSeconds(60)); // no hello within 15 s
        await Expect(page.Locator(".link-connecting")).ToBeVisibleAsync();

        var number = await page.FirstInvoiceAsync("Past due");
        await page.PickAsync(number);
        await page.Panel("Invoice").GetByRole(AriaRole.Button, new() { NameRegex = new("^Pay €|^Pay \\$") }).ClickAsync();
        await Expect(page.InvoiceRow(number).GetByText("Paid", new() { Exact = true })).ToBeVisibleAsync();
        errors.ShouldBeEmpty();
    }
}
