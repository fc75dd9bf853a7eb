using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Freshet.AspNetCore.Tests;

/// <summary>A web application on Kestrel, on a port of 127.0.0.1, with the desk's catalog.</summary>
public sealed class TestApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestApp(WebApplication app, CollectedLines log)
    {
        _app = app;
        Log = log;
        Client = NewClient();
    }

    public HttpClient Client { get; }

    public CollectedLines Log { get; }

    public IServiceProvider Services => _app.Services;

    public IFreshet Freshet => Services.GetRequiredService<IFreshet>();

    public Ledger Ledger => Services.GetRequiredService<Ledger>();

    public long Position => Freshet.Log.Position.Position;

    /// <summary>Starts an application: Freshet's middleware, then what the test maps.</summary>
    public static async Task<TestApp> StartAsync(
        Action<WebApplication> map, Action<WebApplicationBuilder>? configure = null, string environment = "Production", Action<WebApplication>? before = null, bool useFreshet = true,
        bool rendersPages = true)
    {
        var log = new CollectedLines();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Information).AddFilter("Freshet", LogLevel.Trace);
        builder.Services.AddSingleton<Ledger>();
        var freshet = builder.Services.AddFreshet().Add<Desk>();
        if (rendersPages) freshet.UseOutputCaching(); // the tests' own controllers and pages need it: MVC finds all of them
        configure?.Invoke(builder);

        var app = builder.Build();
        before?.Invoke(app);
        if (useFreshet) app.UseFreshet();
        map(app);
        await app.StartAsync();
        return new TestApp(app, log);
    }

    /// <summary>A client that neither follows redirects nor keeps cookies, so that tests see both.</summary>
    public HttpClient NewClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()),
    };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
