namespace BillingDesk.Browser.Tests;

/// <summary>The page's panels, found as a person finds them: by their titles.</summary>
internal static class DeskPage
{
    public static ILocator Panel(this IPage page, string title) =>
        page.Locator("section.panel").Filter(new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = title, Exact = true }) });

    public static ILocator Badge(this IPage page) => page.Locator(".badge");

    public static ILocator Strip(this IPage page) => page.Locator(".live-row");

    public static ILocator InvoiceRow(this IPage page, string number) => page.Panel("Invoices").GetByRole(AriaRole.Row).Filter(new() { HasText = number });

    /// <summary>Picks an invoice from the list and waits until the detail shows it.</summary>
    public static async Task PickAsync(this IPage page, string number)
    {
        await page.Panel("Invoices").GetByRole(AriaRole.Button, new() { Name = number }).ClickAsync();
        await Expect(page.Panel("Invoice").GetByText(number)).ToBeVisibleAsync();
    }

    /// <summary>Number of the first invoice with a status.</summary>
    public static async Task<string> FirstInvoiceAsync(this IPage page, string status)
    {
        var row = page.Panel("Invoices").GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByText(status, new() { Exact = true }) }).First;
        return (await row.GetByRole(AriaRole.Button).TextContentAsync())!;
    }

    /// <summary>The number shown beside a word of the account panel, such as Unpaid.</summary>
    public static async Task<int> FigureAsync(this IPage page, string name) =>
        int.Parse((await page.Figure(name).TextContentAsync())!, System.Globalization.CultureInfo.InvariantCulture);

    public static ILocator Figure(this IPage page, string name) =>
        page.Panel("Account").Locator("dl > div").Filter(new() { Has = page.GetByText(name, new() { Exact = true }) }).Locator("dd");
}
