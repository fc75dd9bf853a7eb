using System.Globalization;
using BillingDesk.Data;
using BillingDesk.Server;
using Freshet;
using Freshet.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BillingDesk.Browser.Tests;

/// <summary>The sample as a person has it: the real host on a port of 127.0.0.1, the built page, a real Chromium.</summary>
public sealed class DeskInBrowser(Chromium chromium) : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("billing-desk-browser-");
    private readonly List<(string? Test, IBrowserContext Browser)> _browsers = [];
    private WebApplication _app = null!;
    private string _url = "http://127.0.0.1:0";

    /// <summary>Where the desk answers.</summary>
    public string Url => _url;

    /// <summary>How far its log has come.</summary>
    public long Position => _app.Services.GetRequiredService<IFreshet>().Log.Position.Position;

    public async ValueTask InitializeAsync() => await StartAsync();

    /// <summary>Starts the desk, with the same database and at the same address as before.</summary>
    public async Task StartAsync(params string[] arguments)
    {
        var page = RepositoryRoot.File("samples/BillingDesk/page/dist");
        File.Exists(Path.Combine(page, "index.html")).ShouldBeTrue($"The page is not built. Run ./test, or 'npm run build' in samples/BillingDesk/page.");
        var start = StartOptions.From(
        [
            "--urls", _url,
            "--BillingDesk:Database", Path.Combine(_folder.FullName, "desk.db"),
            "--BillingDesk:Page", page,
            "--BillingDesk:NightlyAt", "never", "--BillingDesk:UsageRollUpEvery", "00:00:00", // a run in between would be a record that the test did not cause
            .. arguments,
        ]);
        _app = BillingDeskApp.Build(start, builder => builder.Logging.ClearProviders());
        await BillingDeskApp.PrepareAsync(_app, start);
        await _app.StartAsync();
        _url = _app.Urls.First();
    }

    /// <summary>Stops the desk. Its pages stay open.</summary>
    public async Task StopAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>Unpaid invoices of an account.</summary>
    public async Task<IReadOnlyList<string>> UnpaidAsync(string accountId)
    {
        await using var connection = await _app.Services.GetRequiredService<BillingDeskDatabase>().OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT id FROM invoices WHERE account_id = @account AND paid_at IS NULL ORDER BY id";
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("@account", accountId);
        command.Parameters.Add(parameter);
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<string>();
        while (await reader.ReadAsync()) ids.Add(reader.GetString(0));
        return ids;
    }

    /// <summary>Somebody elsewhere, without a browser.</summary>
    public HttpClient Elsewhere(string? user = null)
    {
        var client = new HttpClient { BaseAddress = new Uri(_url), Timeout = TimeSpan.FromSeconds(60) };
        if (user is not null) client.DefaultRequestHeaders.Add("X-Desk-User", user);
        return client;
    }

    /// <summary>A browser of its own: its tabs share locks, channels and cookies.</summary>
    /// <param name="url">Where it finds the desk; null for the desk's own address.</param>
    /// <param name="colors">What the person has chosen, dark or light.</param>
    public async Task<IBrowserContext> BrowserAsync(string? url = null, ColorScheme colors = ColorScheme.Light)
    {
        var test = TestContext.Current.Test?.UniqueID;
        await CloseAsync(mine => mine != test); // or the pages of tests that have ended would follow what this one does
        var browser = await chromium.BrowserAsync(url ?? _url, colors);
        _browsers.Add((test, browser));
        return browser;
    }

    /// <summary>Opens a tab of a browser, at an account.</summary>
    /// <param name="browser">The browser.</param>
    /// <param name="accountId">The account.</param>
    /// <param name="user">Whom it acts as; null for the demo user.</param>
    public static async Task<IPage> TabAsync(IBrowserContext browser, string accountId, string? user = null)
    {
        var page = await browser.NewPageAsync();
        await page.GotoAsync(user is null ? "/" : $"/?as={user}");
        await page.GetByLabel("Find account").FillAsync(accountId);
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Account", Exact = true }).SelectOptionAsync(accountId);
        await Expect(page.Locator(".link-open")).ToBeVisibleAsync();
        return page;
    }

    /// <summary>Opens the page at an account, in a Chromium that Playwright does not drive.</summary>
    internal Task<PlainPage> PlainAsync(string accountId) => PlainPage.OpenAsync(Chromium.Path(), Chromium.Arguments, $"{_url}/?account={accountId}");

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
    public async Task<IPage> OpenAsync(string accountId) => await TabAsync(await BrowserAsync(), accountId);

    public async ValueTask DisposeAsync()
    {
        await CloseAsync(_ => true);
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task CloseAsync(Func<string?, bool> which)
    {
        foreach (var (_, browser) in _browsers.Where(each => which(each.Test))) await browser.CloseAsync();
        _browsers.RemoveAll(each => which(each.Test));
    }
}
