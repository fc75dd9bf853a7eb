using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Freshet.AspNetCore;

/// <summary>Renders in the background what is to replace pages that were served aged or stale. A few at a time, the others wait in line.</summary>
internal sealed class Renewals : IDisposable, IAsyncDisposable
{
    /// <summary>Most that may wait. Each holds a copy of its request's headers; a page that finds no place is asked for again by its next request.</summary>
    internal const int MostWaiting = 1_000;

    /// <summary>Longest time a render in the background may take before it is cancelled. It has taken a place all the while.</summary>
    internal static readonly TimeSpan MostTime = TimeSpan.FromMinutes(1);

    /// <summary>Longest time the application's end waits for renders that were cancelled.</summary>
    internal static readonly TimeSpan MostTimeToEnd = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Queue<Renewal> _waiting = new(); // guarded by _gate
    private readonly IHttpContextFactory _contexts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenRegistration _applicationStopping;
    private int _running; // guarded by _gate
    private TaskCompletionSource? _idle; // guarded by _gate

    public Renewals(IHttpContextFactory contexts, TimeProvider time, ILoggerFactory loggers, IHostApplicationLifetime? lifetime = null)
    {
        _contexts = contexts;
        _time = time;
        _logger = loggers.CreateLogger("Freshet.Http");
        _applicationStopping = lifetime?.ApplicationStopping.Register(_stopping.Cancel) ?? default;
    }

    /// <summary>Most that run at once: they compete with requests that somebody waits for.</summary>
    internal static int MostRunning { get; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>How many run and wait.</summary>
    internal (int Running, int Waiting) Counts
    {
        get
        {
            lock (_gate) return (_running, _waiting.Count);
        }
    }

    /// <summary>Asks for a page to be replaced. Does nothing while a render that will do so is under way, or is to wait after failures.</summary>
    /// <param name="entry">The page, served aged or stale.</param>
    /// <param name="arrival">The request that was answered with it.</param>
    /// <param name="http">The same, for its headers.</param>
    /// <param name="pages">The application's pages.</param>
    public void Ask(Entry<RenderedOutput> entry, Arrival arrival, HttpContext http, PageRendering pages)
    {
        if (!HttpMethods.IsGet(arrival.Method) && !HttpMethods.IsHead(arrival.Method)) return;
        if (pages.Outputs.IsRendering(((Entry<string, RenderedOutput>)entry).Key) || !entry.Value.Renewal.TryBegin(pages.Outputs.Clock.Now)) return;

        var renewal = new Renewal(this, entry, new BackgroundRender(arrival, http), pages);
        int waiting;
        lock (_gate)
        {
            waiting = _waiting.Count;
            if (_running < MostRunning)
            {
                _running++;
                ThreadPool.UnsafeQueueUserWorkItem(renewal, preferLocal: false);
                return;
            }
            if (waiting < MostWaiting)
            {
                _waiting.Enqueue(renewal);
                return;
            }
        }
        entry.Value.Renewal.End();
        _logger.RenewalPutOff(entry.Value.Page, waiting);
    }

    /// <summary>Ends when nothing runs and nothing waits.</summary>
    public Task WhenIdleAsync()
    {
        lock (_gate) return _running == 0 ? Task.CompletedTask : (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    public void Dispose()
    {
        _applicationStopping.Dispose();
        _stopping.Cancel();
        lock (_gate) _waiting.Clear();
    }

    /// <summary>Cancels what runs, and lets it end before the services that it uses are disposed of. Not for ever: a page may pay no heed.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        try
        {
            await WhenIdleAsync().WaitAsync(MostTimeToEnd, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _logger.RenewalsOutlive((int)MostTimeToEnd.TotalSeconds);
        }
    }

    private async Task RunAsync(Renewal renewal)
    {
        var (entry, render, pages) = (renewal.Entry, renewal.Render, renewal.Pages);
        Exception? error = null;
        try
        {
            using var limit = new CancellationTokenSource(MostTime, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
            await render.RunAsync(_contexts, either.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the page throws: nobody waits for it, so it goes to the log.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            error = thrown;
        }

        var outcome = error is null ? render.Outcome : RenderOutcome.Failed;
        var reason = error?.GetType().Name ?? "server error";
        if (outcome == RenderOutcome.Stored && pages.Outputs.IsStored(entry))
        {
            // What the page varies by came out differently here, so another page was stored and this one would be renewed for ever.
            (outcome, reason) = (RenderOutcome.Failed, "it varies by what only a client has");
        }
        switch (outcome)
        {
            case RenderOutcome.Stored:
                entry.Value.Renewal.End();
                break;
            case RenderOutcome.NotStored:
                // The page as it is now must not be stored, so the old one must not be shown either: it may be gone.
                RenderedOutputs.Drop(entry);
                entry.Value.Renewal.End();
                break;
            default:
                var (failures, delay) = entry.Value.Renewal.MarkFailed(pages.Outputs.Clock.Now);
                if (!_stopping.IsCancellationRequested) _logger.RenewalFailed(error, entry.Value.Page, reason, failures, delay);
                break;
        }
        StartNext();
    }

    private void StartNext()
    {
        TaskCompletionSource? idle;
        lock (_gate)
        {
            if (_waiting.TryDequeue(out var next))
            {
                ThreadPool.UnsafeQueueUserWorkItem(next, preferLocal: false);
                return;
            }
            if (--_running > 0) return;
            (idle, _idle) = (_idle, null);
        }
        idle?.SetResult();
    }

    /// <summary>Runs on the thread pool with nothing of its asker's surroundings.</summary>
    private sealed class Renewal(Renewals owner, Entry<RenderedOutput> entry, BackgroundRender render, PageRendering pages) : IThreadPoolWorkItem
    {
        public Entry<RenderedOutput> Entry => entry;

        public BackgroundRender Render => render;

        public PageRendering Pages => pages;

        public void Execute() => _ = owner.RunAsync(this);
    }
}
