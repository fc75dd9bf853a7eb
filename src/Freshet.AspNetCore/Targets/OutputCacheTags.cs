using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;

namespace Freshet.AspNetCore;

/// <summary>A base policy that caches nothing by itself: it gives each page that another policy caches the tags of where it is and of what it read, and keeps pages out that were outdated while they rendered.</summary>
/// <remarks>
/// Evicting by tag reaches only what the store holds:
/// <code>
/// the page renders "past due"  ->  the payment is appended, its tag is evicted: nothing there yet  ->  the page is stored
/// </code>
/// So the position is captured before the page renders and looked at when it is about to be stored.
/// </remarks>
internal sealed class OutputCacheTags(CacheTargets targets) : IOutputCachePolicy
{
    /// <summary>The tag of every page. No tag of a catalog has this text: theirs have a colon.</summary>
    public const string Everything = "freshet";

    private readonly Lazy<bool> _observeOnly = new(() => targets.Settings.First(settings => settings.Name == OutputCacheTarget.Name).Options.ObserveOnly);

    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        context.HttpContext.Features.Set(new Rendering(targets.Position));
        return ValueTask.CompletedTask;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        if (!context.AllowCacheStorage) return ValueTask.CompletedTask;
        var http = context.HttpContext;
        context.Tags.Add(Everything);
        foreach (var tag in PathTags.Of(http.Request.Path.Value ?? "/", EndpointNames.PatternOf(http.GetEndpoint()))) context.Tags.Add(tag.Text);
        var scope = FreshetRequest.Of(http)?.Scope;
        foreach (var tag in scope?.Tags ?? []) context.Tags.Add(tag.Text);

        if (!_observeOnly.Value && http.Features.Get<Rendering>() is { } rendering
            && targets.IsInvalidatedSince(ValidAt(rendering, scope), tag => context.Tags.Contains(tag.Text)))
        {
            context.AllowCacheStorage = false;
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>A page is as old as its oldest part: one value that was served stale, marked before the page began, makes the whole page old (PROTOCOL 15).</summary>
    private static LogPosition ValidAt(Rendering rendering, ReadScope? scope) => scope?.Interval switch
    {
        null => rendering.Began,
        // The higher of the two: of parts that do not agree, it is loadedAt up to which nothing outdates any of them.
        var (epoch, loadedAt, validAt) when epoch == rendering.Began.Epoch => new LogPosition(epoch, Math.Min(Math.Max(loadedAt, validAt), rendering.Began.Position)),
        var (epoch, _, _) => new LogPosition(epoch, 0), // read before and after the log's epoch changed
    };

    /// <summary>Where the log stood before the page began to render.</summary>
    private sealed record Rendering(LogPosition Began);
}
