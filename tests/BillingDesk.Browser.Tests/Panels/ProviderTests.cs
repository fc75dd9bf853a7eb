using System.Text.RegularExpressions;

namespace BillingDesk.Browser.Tests;

/// <summary>What is done later shows later: a provider's webhook, and an operation. In a real Chromium.</summary>
public sealed class ProviderTests(DeskInBrowser desk) : IClassFixture<DeskInBrowser>
{
    [Fact]
    public async Task S12_ABoughtPlanIsActivatingUntilTheWebhookLandsAndThenItIsTheNewOne()
    {
        var page = await desk.OpenAsync("acc_70");
        var plan = page.Panel("Plan");
        await plan.GetByLabel("Team").CheckAsync();
        await Expect(plan.GetByLabel("Team")).ToBeCheckedAsync();

        await plan.GetByLabel("Plan to buy").SelectOptionAsync("Pro");
        await plan.GetByRole(AriaRole.Button, new() { Name = "Buy by card" }).ClickAsync();

        await Expect(plan.GetByRole(AriaRole.Status)).ToHaveTextAsync("Activating Pro…");
        await Expect(plan.GetByLabel("Team")).ToBeCheckedAsync(); // nobody has paid yet
        await Expect(plan.GetByLabel("Pro")).ToBeCheckedAsync(new() { Timeout = 15_000 });
        await Expect(plan.GetByRole(AriaRole.Status)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task S8_AnInvoicePaidByCardIsPaidWhenTheProviderSaysSo()
    {
        var page = await desk.OpenAsync("acc_71");
        var number = await page.FirstInvoiceAsync("Open");
        await page.PickAsync(number);
        await page.Panel("Invoice").GetByRole(AriaRole.Button, new() { Name = "Pay by card" }).ClickAsync();

        await Expect(page.Panel("Invoice").GetByRole(AriaRole.Status)).ToHaveTextAsync("Waiting for the payment provider…");
        await Expect(page.Panel("Invoice").GetByText("Paid", new() { Exact = true })).ToBeVisibleAsync(new() { Timeout = 15_000 });
        await Expect(page.Panel("Invoice").GetByRole(AriaRole.Status)).ToHaveCountAsync(0);
        await Expect(page.InvoiceRow(number).GetByText("Paid", new() { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task S22_AnOperationSaysHowFarItIsAndEveryPanelFollowsWhenItIsCompleted()
    {
        var page = await desk.OpenAsync("acc_88");
        await Expect(page.Figure("Overdue")).Not.ToHaveTextAsync("0");

        await page.Panel("Account").GetByRole(AriaRole.Button, new() { NameRegex = new("^Settle [0-9]+ overdue$") }).ClickAsync();

        await Expect(page.Panel("Account").GetByRole(AriaRole.Status)).ToHaveTextAsync(new Regex("^Settling: (accepted|processing|completed)$|^Settled [0-9]+ invoices\\.$"));
        await Expect(page.Panel("Account").GetByRole(AriaRole.Status)).ToHaveTextAsync(new Regex("^Settled [0-9]+ invoices\\.$"), new() { Timeout = 20_000 });
        await Expect(page.Figure("Overdue")).ToHaveTextAsync("0");
        await Expect(page.Panel("Invoices").GetByText("Past due", new() { Exact = true })).ToHaveCountAsync(0);
    }
}
