[assembly: AssemblyFixture(typeof(BillingDesk.Browser.Tests.Chromium))]

namespace BillingDesk.Browser.Tests;

/// <summary>One real Chromium for all tests. Browsers apart from each other, as two people have them, are contexts of it: they share nothing.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>How it is started.</summary>
    internal static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    /// <summary>The program.</summary>
    internal static string Path() =>
        Environment.GetEnvironmentVariable("FRESHET_CHROMIUM") is { Length: > 0 } path ? path
        : ((string[])["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("Chromium is missing. ./test installs it where it may; else set FRESHET_CHROMIUM to its path.");

    /// <summary>A browser of its own: its tabs share locks, channels and cookies.</summary>
    /// <param name="url">Where it finds the desk.</param>
    /// <param name="colors">What the person has chosen, dark or light.</param>
    public Task<IBrowserContext> BrowserAsync(string url, ColorScheme colors = ColorScheme.Light) => _browser.NewContextAsync(new BrowserNewContextOptions
    {
        BaseURL = url, ViewportSize = new ViewportSize { Width = 1400, Height = 1100 }, ColorScheme = colors,
    });

    public async ValueTask InitializeAsync()
    {
        SetDefaultExpectTimeout(30_000); // a busy machine is slow, not wrong
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Path(), Args = Arguments });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
