namespace BillingDesk.Browser.Tests.Stream;

/// <summary>S20: policies come from the declarations, in the browser too.</summary>
public sealed class PolicyTests(DeskInBrowser desk) : IClassFixture<DeskInBrowser>
{
    [Fact]
    public async Task S20_WhenTheWindowRegainsFocusAHighQueryIsReadAgainAndALowOneIsNot()
    {
        var page = await desk.OpenAsync("acc_88");
        await Expect(page.Badge()).ToContainTextAsync("unpaid");
        await Expect(page.Panel("Recommendations").Locator(".caption-settled")).ToBeVisibleAsync();
        var reads = page.Reads();

        await page.EvaluateAsync(
            """
            () => {
              for (const state of ['hidden', 'visible']) {
                Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
                document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
              }
            }
            """);

        await page.WaitForFunctionAsync("() => document.querySelectorAll('.caption-reading').length === 0");
        reads.CountOf("/badge").ShouldBe(1);
        reads.CountOf("/summary").ShouldBe(1);
        reads.CountOf("/recommendations").ShouldBe(0);
    }
}
