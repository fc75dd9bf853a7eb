namespace BillingDesk.Browser.Tests;

/// <summary>Four teams' panels on one screen, in a real Chromium: after each write every panel that shows its data has followed, without a reload.</summary>
public sealed class PanelTests(DeskInBrowser desk) : IClassFixture<DeskInBrowser>
{
    [Fact]
    public async Task S7_AfterAPaymentEveryPanelAgreesAndTheStripSaysWhichFollowed()
    {
        var page = await desk.OpenAsync("acc_88");
        await Expect(page.Panel("Account").GetByText("Past due")).ToBeVisibleAsync();
        var unpaid = await page.FigureAsync("Unpaid");
        var number = await page.FirstInvoiceAsync("Past due");
        await page.PickAsync(number);

        await page.Panel("Invoice").GetByRole(AriaRole.Button, new() { NameRegex = new("^Pay €|^Pay \\$") }).ClickAsync();

        await Expect(page.Panel("Invoice").GetByText("Paid", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.InvoiceRow(number).GetByText("Paid", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.Figure("Unpaid")).ToHaveTextAsync($"{unpaid - 1}");
        await Expect(page.Badge()).ToContainTextAsync($"{unpaid - 1} unpaid");
        await Expect(page.Panel("Audit").GetByRole(AriaRole.Listitem).First).ToContainTextAsync($"invoice.paid {number}");

        var record = page.Strip().First;
        await Expect(record).ToContainTextAsync("invoice.paid");
        await Expect(record).ToContainTextAsync("account-invoices:acc_88");
        foreach (var query in (string[])["invoice", "invoice-list", "header-badge", "account-summary", "dashboard-card", "audit-timeline", "dashboard", "invoice-history"])
            await Expect(record.Locator(".followed.fresh").Filter(new() { HasTextRegex = new($"^{query} [0-9.]+ ms$") })).ToBeVisibleAsync();
        await Expect(record.Locator(".followed")).ToHaveCountAsync(8); // and nothing else was read
    }

    [Fact]
    public async Task WhenTheLastInvoiceIsPaidNoPanelSaysPastDue()
    {
        var page = await desk.OpenAsync("acc_3"); // four unpaid invoices, some of them past due
        await Expect(page.Panel("Account").GetByText("Past due")).ToBeVisibleAsync();
        for (var unpaid = await page.FigureAsync("Unpaid"); unpaid > 0; unpaid--)
        {
            await Expect(page.Figure("Unpaid")).ToHaveTextAsync($"{unpaid}");
            var open = page.Panel("Invoices").GetByRole(AriaRole.Row).Filter(new() { HasNot = page.GetByText("Paid", new() { Exact = true }) }).Nth(1); // after the header
            await page.PickAsync((await open.GetByRole(AriaRole.Button).TextContentAsync())!);
            await page.Panel("Invoice").GetByRole(AriaRole.Button, new() { NameRegex = new("^Pay €|^Pay \\$") }).ClickAsync();
            await Expect(page.Panel("Invoice").GetByText("Paid", new() { Exact = true })).ToBeVisibleAsync();
        }

        await Expect(page.Figure("Unpaid")).ToHaveTextAsync("0");
        await Expect(page.Badge()).ToContainTextAsync("0 unpaid");
        await Expect(page.GetByText("Past due", new() { Exact = true })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task S1_AnEditIsShownByListAndDetailAndS33_ALateEditIsToldWhatHappened()
    {
        var page = await desk.OpenAsync("acc_60");
        var other = await desk.OpenAsync("acc_60");
        var number = await page.FirstInvoiceAsync("Open");
        foreach (var tab in (IPage[])[page, other])
        {
            await tab.PickAsync(number);
            await tab.Panel("Invoice").GetByRole(AriaRole.Button, new() { Name = "Edit" }).ClickAsync();
        }

        await EachLine(page).FillAsync("1234.50");
        await page.Panel("Invoice").GetByLabel("Quantity").First.FillAsync("1");
        await page.Panel("Invoice").GetByRole(AriaRole.Button, new() { NameRegex = new("^Save") }).ClickAsync();
        await Expect(page.Panel("Invoice").GetByText("Version 2.")).ToBeVisibleAsync();
        var amount = (await page.Panel("Invoice").Locator(".amount").TextContentAsync())!;
        await Expect(page.InvoiceRow(number)).ToContainTextAsync(amount);

        await EachLine(other).FillAsync("99");
        await other.Panel("Invoice").GetByRole(AriaRole.Button, new() { NameRegex = new("^Save") }).ClickAsync();
        await Expect(other.GetByRole(AriaRole.Alert)).ToContainTextAsync("changed meanwhile");
        await Expect(other.GetByRole(AriaRole.Alert)).ToContainTextAsync(amount);
    }

    [Fact]
    public async Task S5_ADemotionIsShownByTheTeamAndByTheMembersOrganisations()
    {
        var page = await desk.OpenAsync("acc_88");
        var role = page.Panel("Team").GetByRole(AriaRole.Combobox).Nth(1);
        var name = (await role.GetAttributeAsync("aria-label"))!["Role of ".Length..];
        await page.Panel("Team").GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();
        var organisation = page.Panel($"Organisations of {name}").Locator("li")
            .Filter(new() { HasText = await page.Panel("Account").Locator(".lead strong").TextContentAsync() });
        await Expect(organisation).ToContainTextAsync("admin");

        await role.SelectOptionAsync("viewer");

        await Expect(page.Strip().First).ToContainTextAsync("member.role-changed");
        await Expect(organisation).ToContainTextAsync("viewer");
        await Expect(page.Panel("Team").GetByLabel($"Role of {name}")).ToHaveValueAsync("viewer");
    }

    private static ILocator EachLine(IPage page) => page.Panel("Invoice").GetByLabel("Each").First;
}
