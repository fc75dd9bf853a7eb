namespace BillingDesk.Browser.Tests.Stream;

/// <summary>S19, in a real Chromium.</summary>
public sealed class AgreementTests(DeskInBrowser desk, ITestOutputHelper output) : IClassFixture<DeskInBrowser>
{
    private const string Account = "acc_60"; // 230 unpaid invoices

    [Fact]
    public async Task S19_TwoHighPanelsNeverContradictEachOtherThroughTwoHundredPaymentsOfOthers()
    {
        var page = await desk.OpenAsync(Account);
        var unpaid = await page.FigureAsync("Unpaid");
        await page.WatchAsync();
        var invoices = (await desk.UnpaidAsync(Account)).Take(200).ToList();
        using var payers = desk.Elsewhere();

        // Four people at once, each as fast as a person never is: some 40 payments in a second, each under its hold.
        await Parallel.ForEachAsync(invoices, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (invoice, ct) =>
        {
            (await payers.PostAsync($"/api/invoices/{invoice}/pay", null, ct)).EnsureSuccessStatusCode();
            await Task.Delay(Random.Shared.Next(150), ct);
        });

        await Expect(page.Figure("Unpaid")).ToHaveTextAsync($"{unpaid - 200}");
        await Expect(page.Badge()).ToContainTextAsync($"{unpaid - 200} unpaid");
        var seen = await page.SeenAsync();
        output.WriteLine($"{seen.Count} states seen through 200 payments");
        seen.Count.ShouldBeGreaterThan(2); // it did follow while they paid; how often depends on the machine
        seen.Where(sight => sight.Figure != sight.Badge).Select(sight => $"{sight.Figure} {sight.Badge}").ShouldBeEmpty();
        seen.Select(sight => int.Parse(sight.Figure, System.Globalization.CultureInfo.InvariantCulture)).ShouldBeInOrder(SortDirection.Descending); // and never back
    }
}
