using System.Globalization;
using BillingDesk.Data;
using BillingDesk.Server;
using Freshet.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BillingDesk.Browser.Tests;

/// <summary>The sample as a person has it: the real host on a port of 127.0.0.1, the built page, a real Chromium.</summary>
public sealed class DeskInBrowser : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("billing-desk-browser-");
    private WebApplication _app = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        var page = RepositoryRoot.File("samples/BillingDesk/page/dist");
        File.Exists(Path.Combine(page, "index.html")).ShouldBeTrue($"The page is not built. Run ./test, or 'npm run build' in samples/BillingDesk/page.");
        var start = StartOptions.From(
        [
            "--urls", "http://127.0.0.1:0",
            "--BillingDesk:Database", Path.Combine(_folder.FullName, "desk.db"),
            "--BillingDesk:Page", page,
            "--BillingDesk:NightlyAt", "never", "--BillingDesk:UsageRollUpEvery", "00:00:00", // a run in between would be a record that the test did not cause
        ]);
        _app = BillingDeskApp.Build(start, builder => builder.Logging.ClearProviders());
        await BillingDeskApp.PrepareAsync(_app, start);
        await _app.StartAsync();

        SetDefaultExpectTimeout(30_000); // a busy machine is slow, not wrong
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium(),
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
    }

    /// <summary>Says how far the usage pipeline has come. Before anything of the account is read: nothing is told of it.</summary>
    public async Task SetUsageAsOfAsync(DateTime asOf)
    {
        await using var connection = await _app.Services.GetRequiredService<BillingDeskDatabase>().OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE usage_pipeline SET as_of = @asOf";
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("@asOf", asOf.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        command.Parameters.Add(parameter);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Opens the page in a browser profile of its own, at an account.</summary>
    public async Task<IPage> OpenAsync(string accountId)
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = _app.Urls.First(), ViewportSize = new ViewportSize { Width = 1400, Height = 1100 },
        });
        var page = await context.NewPageAsync();
        await page.GotoAsync("/");
        await page.GetByLabel("Find account").FillAsync(accountId);
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Account", Exact = true }).SelectOptionAsync(accountId);
        await Expect(page.Locator(".link-open")).ToBeVisibleAsync();
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string Chromium() =>
        Environment.GetEnvironmentVariable("FRESHET_CHROMIUM") is { Length: > 0 } path ? path
        : ((string[])["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("Chromium is missing. ./test installs it where it may; else set FRESHET_CHROMIUM to its path.");
}
