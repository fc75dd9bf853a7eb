namespace BillingDesk.Browser.Tests.Stream;

/// <summary>Two tabs share a stream, and the one that has it is gone in the midst of payments: the other takes it over, misses nothing and shows nothing twice.</summary>
public sealed class TakeOverTests(DeskInBrowser desk) : IClassFixture<DeskInBrowser>
{
    private const string Account = "acc_60";
    private const int Payments = 12;

    [Fact]
    public async Task TheTabThatHasTheStreamIsClosedAndTheOtherMissesNothing()
    {
        var (leader, follower) = await TwoTabsAsync();

        await FollowsEachOnceAsync(follower, async paid =>
        {
            if (paid == 6) await leader.CloseAsync();
        });
    }

    [Fact]
    public async Task TheTabThatHasTheStreamIsKilledWithRecordsThatItHasNotPassedOnAndTheOtherMissesNothing()
    {
        var (leader, follower) = await TwoTabsAsync();
        var machine = await leader.Context.NewCDPSessionAsync(leader);
        await machine.SendAsync("Debugger.enable");

        await FollowsEachOnceAsync(follower, async paid =>
        {
            if (paid == 5)
            {
                // Held by a debugger it takes in no more of the stream: what comes now it has, and has told nobody.
                await Expect(follower.Strip()).ToHaveCountAsync(5);
                await machine.SendAsync("Debugger.pause");
            }
            else if (paid == 8)
            {
                (await follower.Strip().CountAsync()).ShouldBe(5);
                await KillAsync(leader, machine);
            }
        });
    }

    /// <summary>Two tabs of one browser, the one that has the stream first.</summary>
    private async Task<(IPage Leader, IPage Follower)> TwoTabsAsync()
    {
        var browser = await desk.BrowserAsync();
        var leader = await DeskInBrowser.TabAsync(browser, Account);
        var follower = await DeskInBrowser.TabAsync(browser, Account);
        await Expect(leader.Locator(".tabs")).ToHaveTextAsync("2 tabs share one stream, which this one holds");
        await Expect(follower.Locator(".tabs")).ToHaveTextAsync("2 tabs share one stream");
        return (leader, follower);
    }

    /// <summary>Pays, and has the follower show each payment, once.</summary>
    private async Task FollowsEachOnceAsync(IPage follower, Func<int, Task> afterPayment)
    {
        var reads = follower.Reads();
        var unpaid = await follower.FigureAsync("Unpaid");
        await follower.WatchAsync();
        var invoices = (await desk.UnpaidAsync(Account)).Take(Payments).ToList();
        using var payer = desk.Elsewhere();

        for (var paid = 1; paid <= Payments; paid++)
        {
            (await payer.PostAsync($"/api/invoices/{invoices[paid - 1]}/pay", null)).EnsureSuccessStatusCode();
            await afterPayment(paid);
        }

        await Expect(follower.Figure("Unpaid")).ToHaveTextAsync($"{unpaid - Payments}");
        await Expect(follower.Badge()).ToContainTextAsync($"{unpaid - Payments} unpaid");
        await Expect(follower.Locator(".link-open")).ToBeVisibleAsync();
        await Expect(follower.Locator(".tabs")).ToHaveCountAsync(0); // it is the only one
        // A record that was not told has no row. One that was taken in twice has a second row, for what the tab did about it again.
        await Expect(follower.Strip().Filter(new() { HasText = "invoice.paid" })).ToHaveCountAsync(Payments);
        await Expect(follower.Strip().Filter(new() { HasText = "heard" })).ToHaveCountAsync(Payments);
        (await follower.Strip().Locator(".position").AllTextContentsAsync()).Distinct().Count().ShouldBe(Payments);
        reads.CountOf("/api/stream").ShouldBe(1); // the one it took over
        reads.CountOf("/badge").ShouldBeLessThanOrEqualTo(Payments + 4); // once for each payment at most, and rereads of what was in flight
        (await follower.SeenAsync()).ShouldAllBe(sight => sight.Figure == sight.Badge);
    }

    /// <summary>Kills the process that draws a page, and nothing but it: tabs that were opened one by one have a process each.</summary>
    private static async Task KillAsync(IPage page, ICDPSession machine)
    {
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        page.Crash += (_, _) => killed.SetResult();
        _ = machine.SendAsync("Page.crash"); // answered by nobody
        await killed.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
