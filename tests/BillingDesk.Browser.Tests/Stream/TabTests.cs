namespace BillingDesk.Browser.Tests.Stream;

/// <summary>Several tabs of one browser, in a real Chromium: one stream, which all of them follow.</summary>
public sealed class TabTests(DeskInBrowser desk) : IClassFixture<DeskInBrowser>
{
    [Fact]
    public async Task TheTabThatHasTheStreamFallsAsleepAndAnotherOneTakesIt()
    {
        await desk.StopAsync();
        await desk.StartAsync("--BillingDesk:StreamHeartbeat", "00:00:01");
        var browser = await desk.BrowserAsync();
        var sleeper = await DeskInBrowser.TabAsync(browser, "acc_60");
        var other = await DeskInBrowser.TabAsync(browser, "acc_60");
        await Expect(sleeper.Locator(".tabs")).ToContainTextAsync("which this one holds");
        var unpaid = await other.FigureAsync("Unpaid");
        var machine = await browser.NewCDPSessionAsync(sleeper);

        // Not "frozen": a page that is in front goes on all the same. Held by a debugger, nothing of it runs.
        await machine.SendAsync("Debugger.enable");
        await machine.SendAsync("Debugger.pause");
        using var payer = desk.Elsewhere();
        (await payer.PostAsync($"/api/invoices/{(await desk.UnpaidAsync("acc_60"))[0]}/pay", null)).EnsureSuccessStatusCode();

        await Expect(other.Figure("Unpaid")).ToHaveTextAsync($"{unpaid - 1}"); // four heartbeats later
        await Expect(other.Locator(".tabs")).ToContainTextAsync("which this one holds");
        await machine.SendAsync("Debugger.resume");
        await Expect(sleeper.Figure("Unpaid")).ToHaveTextAsync($"{unpaid - 1}");
        (await payer.PostAsync($"/api/invoices/{(await desk.UnpaidAsync("acc_60"))[0]}/pay", null)).EnsureSuccessStatusCode();
        await Expect(sleeper.Figure("Unpaid")).ToHaveTextAsync($"{unpaid - 2}"); // it follows the other one now
    }

    [Fact]
    public async Task AnotherTabFollowsWhatThisOneDoesAndBothSayThatTheyShareAStream()
    {
        var browser = await desk.BrowserAsync();
        var writer = await DeskInBrowser.TabAsync(browser, "acc_88");
        var onlooker = await DeskInBrowser.TabAsync(browser, "acc_88");
        var number = await writer.FirstInvoiceAsync("Past due");
        await writer.PickAsync(number);
        await onlooker.PickAsync(number);
        var reads = writer.Reads();

        await writer.Panel("Invoice").GetByRole(AriaRole.Button, new() { NameRegex = new("^Pay €|^Pay \\$") }).ClickAsync();

        await Expect(onlooker.Panel("Invoice").GetByText("Paid", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(onlooker.InvoiceRow(number).GetByText("Paid", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(writer.InvoiceRow(number).GetByText("Paid", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(onlooker.Strip().First).ToContainTextAsync("heard");
        reads.CountOf("/badge").ShouldBe(1); // its own record, told by the stream, leads to no second read
    }
}
