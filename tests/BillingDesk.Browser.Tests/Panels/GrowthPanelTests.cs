using System.Globalization;
using System.Text.RegularExpressions;

namespace BillingDesk.Browser.Tests;

/// <summary>The growth team's panels and the screen of all accounts, in a real Chromium.</summary>
public sealed class GrowthPanelTests(DeskInBrowser desk) : IClassFixture<DeskInBrowser>
{
    [Fact]
    public async Task S34_TheChartSaysThatItIsLateAndARunOfThePipelineBringsWhatWasSent()
    {
        await desk.SetUsageAsOfAsync(DateTime.UtcNow - TimeSpan.FromMinutes(20.5));
        var page = await desk.OpenAsync("acc_7");
        var usage = page.Panel("Usage");
        await Expect(usage.Locator("svg.plot rect")).ToHaveCountAsync(30);
        await Expect(usage.Locator(".lag")).ToContainTextAsync(new Regex("2[01] min behind; at most 15 min promised"));
        await Expect(usage.GetByText("Late", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.Panel("At a glance").GetByText("Late", new() { Exact = true })).ToBeVisibleAsync();
        var used = (await usage.Locator("p strong").First.TextContentAsync())!;

        await usage.GetByRole(AriaRole.Button, new() { Name = "Send 250 units" }).ClickAsync();
        await Expect(usage.GetByText("It shows after the next run.")).ToBeVisibleAsync();
        await Expect(usage.Locator("p strong").First).ToHaveTextAsync(used);

        await usage.GetByRole(AriaRole.Button, new() { Name = "Run the pipeline" }).ClickAsync();

        await Expect(usage.Locator("p strong").First).ToHaveTextAsync($"{Text(Units(used) + 250)}");
        await Expect(page.Panel("At a glance")).ToContainTextAsync($"{Text(Units(used) + 250)} of");
        await Expect(usage.Locator(".lag")).ToContainTextAsync("less than a minute behind");
        await Expect(page.GetByText("Late", new() { Exact = true })).ToHaveCountAsync(0);
        await Expect(page.Strip().First).ToContainTextAsync("usage:acc_7");
    }

    [Fact]
    public async Task S7_ASearchResultThatShowsAnInvoiceFollowsItsPayment()
    {
        var page = await desk.OpenAsync("acc_88");
        await page.GetByLabel("Find anything").FillAsync("BD-00123");
        await page.Panel("Found").GetByRole(AriaRole.Button, new() { Name = "BD-00123" }).ClickAsync();
        await Expect(page.Panel("Found")).ToHaveCountAsync(0); // picked: the box closes, and the invoice is open
        await Expect(page.Panel("Invoice").GetByText("BD-00123")).ToBeVisibleAsync();

        await page.GetByLabel("Find anything").FillAsync("BD-00123");
        await Expect(page.Panel("Found").GetByText("Past due", new() { Exact = true })).ToBeVisibleAsync();
        await page.Panel("Invoice").GetByRole(AriaRole.Button, new() { NameRegex = new("^Pay €|^Pay \\$") }).ClickAsync();

        await Expect(page.Panel("Found").GetByText("Paid", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.Panel("History of the invoice").GetByRole(AriaRole.Listitem).First).ToContainTextAsync("invoice.paid");
        await Expect(page.Strip().First.Locator(".followed.fresh").Filter(new() { HasTextRegex = new("^search [0-9.]+ ms$") })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task AnotherPlanIsFollowedByAllowanceRecommendationsAndDashboard()
    {
        var page = await desk.OpenAsync("acc_12");
        var plan = page.Panel("Plan");
        await Expect(plan.GetByText("units included in 30 days")).ToBeVisibleAsync();
        var target = await plan.GetByRole(AriaRole.Radio, new() { Name = "Scale" }).IsCheckedAsync() ? ("Starter", "1,000") : ("Scale", "250,000");

        await plan.GetByRole(AriaRole.Radio, new() { Name = target.Item1 }).ClickAsync();

        await Expect(plan.GetByText($"{target.Item2} units included in 30 days")).ToBeVisibleAsync();
        await Expect(page.Panel("Usage").GetByText($"of {target.Item2} units in 30 days")).ToBeVisibleAsync();
        await Expect(page.Panel("At a glance").GetByText(target.Item1, new() { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task TheTableOfAllAccountsIsSortedAndPagedAndOpensADesk()
    {
        var page = await desk.OpenAsync("acc_88");
        await page.GetByRole(AriaRole.Button, new() { Name = "All accounts" }).ClickAsync();
        var table = page.Panel("All accounts");
        await Expect(table.GetByText("Page 1 of 6, 120 in all")).ToBeVisibleAsync();
        await Expect(table.GetByRole(AriaRole.Row)).ToHaveCountAsync(21);
        await Expect(table.GetByRole(AriaRole.Columnheader, new() { Name = "Balance" })).ToHaveAttributeAsync("aria-sort", "descending");
        await Expect(page.Panel("Plans").Locator("meter")).ToHaveCountAsync(4);

        await table.GetByRole(AriaRole.Button, new() { Name = "Account", Exact = true }).ClickAsync();
        await table.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await Expect(table.GetByText("Page 2 of 6")).ToBeVisibleAsync();
        var account = table.Locator("tbody tr").First.GetByRole(AriaRole.Button);
        var name = (await account.TextContentAsync())!;
        await account.ClickAsync();

        await Expect(page.Panel("Account").Locator(".lead strong")).ToHaveTextAsync(name);
    }

    [Fact]
    public async Task TheStatementIsAPageOfItsOwnWithTheInvoiceBehindItsNumber()
    {
        var page = await desk.OpenAsync("acc_60");
        await page.GetByRole(AriaRole.Link, new() { Name = "Statement" }).ClickAsync();
        await Expect(page.Locator("#ages tbody tr")).ToHaveCountAsync(4);
        await Expect(page.Locator("#footer")).ToContainTextAsync("Please quote the invoice number");
        var number = page.Locator("#invoices tbody a").First;
        var text = (await number.TextContentAsync())!;

        await number.ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = $"Invoice {text}" })).ToBeVisibleAsync();
        await Expect(page.Locator("#footer")).ToContainTextAsync("Please quote the invoice number");
    }

    private static string Text(long units) => units.ToString("N0", CultureInfo.InvariantCulture);

    private static long Units(string text) => long.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
}
