using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Freshet.AspNetCore.Tests.Rendering;

/// <summary>A request that runs the pipeline on the caller's own thread, as far as it gets without waiting: when the call returns, the request either is over or waits, and no test has to guess which.</summary>
#pragma warning disable CA1001 // Nothing in it holds anything to dispose of: no timer, no linked token, memory only.
public sealed class Visit
#pragma warning restore CA1001
{
    /// <summary>A request that wrongly waits for a held render fails its test instead of hanging it.</summary>
    public static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _left = new();
    private readonly Answering _answering = new();
    private readonly MemoryStream _body = new();

    private Visit(PageApp app, RequestDelegate pipeline, string method, string path, Action<HttpContext>? configure)
    {
        var query = path.IndexOf('?', StringComparison.Ordinal);
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Protocol = "HTTP/1.1", Method = method, Scheme = "https",
            Path = query < 0 ? path : path[..query], QueryString = query < 0 ? "" : path[query..],
        });
        features.Set<IHttpResponseFeature>(_answering);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(_body));
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = _left.Token });
        Http = app.Services.GetRequiredService<IHttpContextFactory>().Create(features);
        Http.Request.Host = new HostString("desk.example");
        configure?.Invoke(Http);
        Done = RunAsync(pipeline);
    }

    public HttpContext Http { get; }

    /// <summary>Ends when the answer is complete.</summary>
    public Task Done { get; }

    public bool IsWaiting => !Done.IsCompleted;

    public string Body => Encoding.UTF8.GetString(_body.ToArray());

    public int Status => Http.Response.StatusCode;

    public string CacheStatus => Header("Cache-Status")!;

    public static Visit Start(PageApp app, RequestDelegate pipeline, string method, string path, Action<HttpContext>? configure = null) => new(app, pipeline, method, path, configure);

    public string? Header(string name) => Http.Response.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>The client leaves.</summary>
    public void Leave() => _left.Cancel();

    public async Task<Visit> DoneAsync()
    {
        await Done.WaitAsync(Watchdog);
        return this;
    }

    private async Task RunAsync(RequestDelegate pipeline)
    {
        try
        {
            await pipeline(Http);
            await Http.Response.CompleteAsync();
            await _answering.StartAsync();
        }
        finally
        {
            await _answering.FinishAsync();
        }
    }

    /// <summary>Runs what was hung on the start and the end of the answer, as a server does.</summary>
    private sealed class Answering : HttpResponseFeature
    {
        private readonly Stack<(Func<object, Task> Run, object State)> _onStarting = new();
        private readonly Stack<(Func<object, Task> Run, object State)> _onCompleted = new();

        public override void OnStarting(Func<object, Task> callback, object state) => _onStarting.Push((callback, state));

        public override void OnCompleted(Func<object, Task> callback, object state) => _onCompleted.Push((callback, state));

        public async Task StartAsync()
        {
            while (_onStarting.TryPop(out var callback)) await callback.Run(callback.State);
        }

        public async Task FinishAsync()
        {
            while (_onCompleted.TryPop(out var callback)) await callback.Run(callback.State);
        }
    }
}
