using Freshet.Tests;

namespace Freshet.AspNetCore.Tests.Rendering;

/// <summary>An application with pages, driven without a server, on a clock that moves only when told.</summary>
public sealed class PageApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RequestDelegate _pipeline;

    private PageApp(WebApplication app, TestTimeProvider time, CollectedLines log)
    {
        _app = app;
        _pipeline = ((IApplicationBuilder)app).Build();
        (Time, Log) = (time, log);
        Renewals = app.Services.GetRequiredService<Renewals>();
        _ = Freshet; // starts the sweeper, as a host would
    }

    public TestTimeProvider Time { get; }

    public CollectedLines Log { get; }

    public IServiceProvider Services => _app.Services;

    public IFreshet Freshet => Services.GetRequiredService<IFreshet>();

    public Press Press => Services.GetRequiredService<Press>();

    internal RenderedOutputs Outputs => Services.GetRequiredService<FreshetService>().Outputs;

    internal Node Node => Outputs.Node;

    internal Renewals Renewals { get; }

    internal PageRequests Requests => Services.GetRequiredService<PageRequests>();

    /// <summary>Puts an application together: routing, Freshet, what the test wants in between, output caching, endpoints.</summary>
    public static PageApp Start(
        Action<WebApplication>? map = null, Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? between = null,
        Action<WebApplication>? before = null, Action<FreshetBuilder>? freshet = null, bool useOutputCache = true)
    {
        var (time, log) = (new TestTimeProvider(), new CollectedLines());
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Information).AddFilter("Freshet", LogLevel.Trace);
        builder.Services.AddSingleton<TimeProvider>(time).AddSingleton<Press>();
        var catalogs = builder.Services.AddFreshet().Add<Site>();
        (freshet ?? (added => added.UseOutputCaching()))(catalogs);
        configure?.Invoke(builder);

        var app = builder.Build();
        before?.Invoke(app);
        app.UseRouting();
        app.UseFreshet();
        between?.Invoke(app);
        if (useOutputCache) app.UseOutputCache();
        (map ?? MapArticle)(app);
#pragma warning disable ASP0014 // The pipeline is driven without a server, so nobody adds the endpoints to it.
        app.UseEndpoints(_ => { });
#pragma warning restore ASP0014
        return new PageApp(app, time, log);
    }

    /// <summary>The page most tests need.</summary>
    public static void MapArticle(WebApplication app) => app.MapArticlePage().CacheRendered(Profile.Minutes);

    public Visit Get(string path, Action<HttpContext>? configure = null) => Visit.Start(this, _pipeline, "GET", path, configure);

    public Task<Visit> GetAsync(string path, Action<HttpContext>? configure = null) => Get(path, configure).DoneAsync();

    public Task<Visit> SendAsync(string method, string path, Action<HttpContext>? configure = null) => Visit.Start(this, _pipeline, method, path, configure).DoneAsync();

    /// <summary>Holds a render up, by its number from 1, until the source is set.</summary>
    public TaskCompletionSource Hold(int number)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var others = Press.OnRender;
        Press.OnRender = each => each == number ? gate.Task : others(each);
        return gate;
    }

    /// <summary>A person edits: what carries the tag expires.</summary>
    public Task EditAsync(string id, string text) => WriteAsync(() => Freshet.BeginUserAction("edit"), () => Press[id] = text, () => Freshet.Raise(new ArticleEdited(id)));

    /// <summary>Another system edits: what carries the tag is marked stale.</summary>
    public Task ImportAsync(string id, string text) => WriteAsync(() => Freshet.BeginWebhook("import"), () => Press[id] = text, () => Freshet.Raise(new ArticleEdited(id)));

    public Task RevalidatePathAsync(string path, PathScope scope, bool byUser = true) =>
        WriteAsync(() => byUser ? Freshet.BeginUserAction("edit") : Freshet.BeginJob("import"), () => { }, () => Freshet.RevalidatePath(path, scope));

    public async Task WriteAsync(Func<FreshetAction> begin, Action write, Action raise)
    {
        await using var action = begin();
        write();
        raise();
        await action.CompleteAsync();
    }

    /// <summary>Waits until so many renders have read what they show: their loads run on the thread pool.</summary>
    public Task RendersAsync(int count) => Press.RendersAsync(count).WaitAsync(Visit.Watchdog);

    /// <summary>Waits until nothing renders in the background any more.</summary>
    public Task RenewedAsync() => Renewals.WhenIdleAsync().WaitAsync(Visit.Watchdog);

    public async ValueTask DisposeAsync()
    {
        var ending = _app.DisposeAsync().AsTask();
        try
        {
            await ending.WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (TimeoutException)
        {
            Time.Advance(AspNetCore.Renewals.MostTimeToEnd); // a test that failed has left a render held
            await ending.WaitAsync(Visit.Watchdog);
        }
    }
}

public static class Pages
{
    /// <summary>A page that shows an article's text.</summary>
    public static RouteHandlerBuilder MapArticlePage(this IEndpointRouteBuilder app, string pattern = "/articles/{id}") =>
        app.MapGet(pattern, (string id, IFreshet freshet, Press press, CancellationToken ct) => ShowAsync(freshet, press, Site.Text, id, ct));

    public static async Task<string> ShowAsync(IFreshet freshet, Press press, CachedQuery<string, string> query, string id, CancellationToken ct)
    {
        var text = await freshet.ReadAsync(query, id, ct);
        await press.RenderAsync();
        return text;
    }
}
