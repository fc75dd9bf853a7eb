using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;

namespace Freshet.AspNetCore;

/// <summary>One request for a page that may be stored: finds it, waits for it or renders it.</summary>
internal sealed class PageRequest(PageRendering pages, FreshetRequest request, Profile profile, bool inSharedCaches, CacheVaryByRules vary)
{
    private readonly HttpContext _http = request.Http;
    private readonly BackgroundRender? _background = request.Http.Features.Get<BackgroundRender>();
    private bool _ended;

    /// <summary>Its number among the requests under way.</summary>
    public long Number { get; set; }

    public Profile Profile => profile;

    public bool InSharedCaches => inSharedCaches;

    /// <summary>What the page varies by, as policies have left it.</summary>
    public CacheVaryByRules Vary => vary;

    /// <summary>The route pattern.</summary>
    public string Name { get; } = EndpointNames.PatternOf(request.Http.GetEndpoint()) ?? request.Http.GetEndpoint()?.DisplayName ?? "(no pattern)";

    /// <summary>Whether the request was somebody's own before it was looked up.</summary>
    public bool WasSignedIn { get; set; }

    public PageResult Result { get; private set; }

    /// <summary>What was stored and is served; null when the page is rendered.</summary>
    public Entry<RenderedOutput>? Served { get; private set; }

    /// <summary>The render that this request runs; null when it is answered from the store, or renders past it.</summary>
    public Rendering? Rendering { get; private set; }

    /// <summary>Why what was rendered may not be stored, once the answer is complete.</summary>
    public RenderRefusal Refusal { get; set; }

    /// <summary>Whether this page's headers are written: then the answer's <c>Cache-Control</c> may be Freshet's own.</summary>
    public bool HasWrittenHeaders { get; private set; }

    /// <summary>The position of the page as it is stored; null when that says nothing, and the request's own reads do.</summary>
    public (Epoch Epoch, long LoadedAt, long ValidAt)? Interval
    {
        get
        {
            if (Rendering?.Interval is not var ((epoch, loadedAt), validAt)) return null;
            if (request.Scope!.Interval is not var (_, readAt, knownAt)) return (epoch, loadedAt, validAt);
            // What was read while it rendered was not known valid before it was loaded, and perhaps at no position at all.
            return knownAt < readAt ? null : (epoch, Math.Max(loadedAt, readAt), validAt);
        }
    }

    private bool IsRead => HttpMethods.IsGet(_http.Request.Method) || HttpMethods.IsHead(_http.Request.Method);

    /// <summary>Answers from the store, after another's render perhaps; null when this request has to render.</summary>
    public async ValueTask<byte[]?> LookUpAsync(string key, CancellationToken cancellationToken)
    {
        var order = OrderOf(key);
        if (_background is not null) return Render(PageResult.Renewed, pages.Outputs.Begin(order, isShared: true));

        var requirement = request.Scope!.Requirement;
        var bound = pages.Outputs.BoundOf(key);
        var (reached, required, isConfirmed) = await pages.Freshet.StandAsync(requirement.Token, bound.MaxStaleness, QueryPolicy.For(RiskLevel.High).CacheTimeout, cancellationToken).ConfigureAwait(false);
        // Nobody knows how old what is stored is, nor what a render that runs has read: this request's own reads see to themselves.
        if (reached && !isConfirmed && !bound.Allows(pages.Freshet.Unconfirmed)) return Render(PageResult.Unconfirmed, pages.Outputs.Begin(order, isShared: false));
        // Of a page nobody knows the versions of its parts, and a token out of reach is out of reach for the page as well.
        if (!reached || requirement.MinimumVersion is not null) return Render(PageResult.Required, pages.Outputs.Begin(order, isShared: reached));

        for (var waited = false; ; waited = true)
        {
            var found = pages.Outputs.Find(order, required);
            if (found.Entry is not null) return Serve(found);
            if (found.Step == RenderStep.Render) return Render(found.WasOutdated ? PageResult.Outdated : PageResult.Miss, found.Rendering!);

            var end = await WaitAsync(found.Rendering!, cancellationToken).ConfigureAwait(false);
            if (end.Entry is { } joined && !RenderedOutputs.WasHeld(joined, found.At))
            {
                // A tag found late may have been invalidated before this request began; then it needs a render begun since, and
                // accepts that one whatever happens, so that nobody circles (PROTOCOL 6).
                if (waited || (joined.Loaded.Epoch == found.At.Position.Epoch && end.ValidAt >= found.At.Position.Position)) return Serve(PageResult.Joined, joined, end.ValidAt);
                required = Math.Max(required, found.At.Position.Position);
            }
            // What was not meant for others, or is held, gives each their own render, at once. After a failure the first to come takes over, once.
            else if (waited || !end.HasFailed)
            {
                return Render(PageResult.Miss, pages.Outputs.Begin(order, isShared: false));
            }
        }
    }

    /// <summary>Takes in what output caching wants stored.</summary>
    public void Store(byte[] content, IReadOnlyList<string> outputTags, TimeSpan duration)
    {
        if (Rendering is not { HasEnded: false } rendering) return; // rendered past the store: no position, so nobody could tell when it is outdated
        var stored = pages.Outputs.Land(rendering, content, outputTags, duration);
        if (rendering.Refusal != RenderRefusal.None) pages.NoteRefused(Name, rendering.Refusal);
        Note(stored ? RenderOutcome.Stored : RenderOutcome.NotStored, stored ? "stored" : rendering.Refusal == RenderRefusal.None ? "outdated" : "refused");
    }

    /// <summary>Ends the request, whatever became of it.</summary>
    /// <param name="failed">Whether it broke off: an exception, a server error, a client that left.</param>
    public void End(bool failed)
    {
        if (_ended) return;
        _ended = true;
        pages.Requests.Remove(this);
        if (Result == PageResult.Bypass && IsRead) pages.Meter.NoteRequest(Name, Result);
        if (Rendering is not { HasEnded: false } rendering) return;

        pages.Outputs.Abandon(rendering, failed);
        Note(failed ? RenderOutcome.Failed : RenderOutcome.NotStored, failed ? "failed" : "refused");
        if (!failed) pages.NoteRefused(Name, Refusal == RenderRefusal.None ? RenderRefusal.NotHandedOver : Refusal);
    }

    /// <summary>Writes the page's own headers; called when the answer starts.</summary>
    public void WriteHeaders()
    {
        if (!IsRead) return; // a write within a group of pages
        PageHeaders.Write(_http, this, pages.Outputs.Clock.Now, request.Scope?.Requirement);
        HasWrittenHeaders = true;
    }

    private RenderOrder OrderOf(string key)
    {
        var (path, pattern) = (_http.Request.Path.Value ?? "/", EndpointNames.PatternOf(_http.GetEndpoint()));
        return new RenderOrder(key, Name, () => PathTags.Of(path, pattern), (long)profile.Expire.TotalMilliseconds, (long)profile.Revalidate.TotalMilliseconds);
    }

    private async ValueTask<RenderEnd> WaitAsync(Rendering rendering, CancellationToken cancellationToken)
    {
        try
        {
            return await rendering.Completion.WaitAsync(RenderedOutputs.MostWait, pages.Outputs.Clock.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new RenderEnd(null, 0, HasFailed: true); // it hangs: somebody else had better try
        }
    }

    private byte[]? Render(PageResult result, Rendering rendering)
    {
        Result = result;
        Rendering = rendering;
        request.Scope!.BeginRendering(rendering);
        if (_background is null) pages.Meter.NoteRequest(Name, result);
        return null;
    }

    private byte[] Serve(RenderLookup found)
    {
        var result = found.Step switch
        {
            RenderStep.Serve => PageResult.Hit,
            RenderStep.ServeAged => PageResult.Aged,
            _ => PageResult.Stale,
        };
        var entry = found.Entry!;
        if (result != PageResult.Hit && request.Arrival is { } arrival) pages.Renewals.Ask(entry, arrival, _http, pages);
        return Serve(result, entry, result == PageResult.Stale ? entry.Loaded.Position : found.At.Position.Position);
    }

    private byte[] Serve(PageResult result, Entry<RenderedOutput> entry, long validAt)
    {
        Result = result;
        Served = entry;
        request.Scope!.Note(entry, validAt);
        pages.Meter.NoteRequest(Name, result);
        return entry.Value.Content;
    }

    private void Note(RenderOutcome outcome, string text)
    {
        if (_background is not null) _background.Outcome = outcome;
        pages.Meter.NoteRender(Name, text, _background is not null);
    }
}
