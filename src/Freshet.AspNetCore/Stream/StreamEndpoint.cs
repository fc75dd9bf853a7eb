using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Freshet.AspNetCore;

/// <summary>Answers with the stream: from where the client was, until it leaves, its session ends or the server stops.</summary>
internal sealed class StreamEndpoint
{
    private readonly Lock _gate = new();
    private readonly FreshetStreamOptions _options;
    private readonly StreamSeats _seats;
    private readonly StreamMeter _meter;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private StreamHub? _hub; // guarded by _gate; made by the first who comes, since the catalogs are composed when the host starts

    public StreamEndpoint(IServiceProvider services, FreshetStreamOptions options)
    {
        _options = options;
        _seats = new StreamSeats(options);
        _meter = new StreamMeter(services.GetService<System.Diagnostics.Metrics.IMeterFactory>());
        _time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _stopping = services.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
    }

    public async Task RunAsync(HttpContext http)
    {
        var freshness = FreshetRequest.Of(http)?.Freshness ?? throw MiddlewareMissingException.BeforeStream(EndpointNames.Of(http));
        if (!ResumePoint.TryRead(http.Request, out var resume))
        {
            await freshness.Problems.RefuseAsync(http, StatusCodes.Status400BadRequest, "invalid-resume-point",
                $"{ResumePoint.Header} and ?{ResumePoint.Parameter}= take the id of a frame of this stream, or nothing.").ConfigureAwait(false);
            return;
        }
        using var seat = _seats.TryTake(NameOf(http.User), http.Connection.RemoteIpAddress?.ToString(), out var full);
        if (seat is null)
        {
            await RefuseAsync(freshness, http, full).ConfigureAwait(false);
            return;
        }
        await FollowAsync(http, HubOf(freshness), resume).ConfigureAwait(false);
    }

    private async Task FollowAsync(HttpContext http, StreamHub hub, ResumePoint? resume)
    {
        using var session = new CancellationTokenSource(TimeLeft(http), _time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping, session.Token);
        var subscriber = new Subscriber(http, hub.Book.Of(http.User), resume?.Position ?? 0, _options.MaxWaiting, _time);
        Begin(http);
        var watch = _options.IsStillSignedIn is { } isStillSignedIn ? WatchAsync(http, isStillSignedIn, session, ending.Token) : Task.CompletedTask;
        var head = hub.Join(subscriber);
        _meter.NoteSubscribers(1);
        try
        {
            await new StreamOpening(hub, http, _options, _meter).WriteAsync(subscriber, head, resume, ending.Token).ConfigureAwait(false);
            await subscriber.WriteAllAsync(ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The client left, its session ended, or the server stops.
        }
        catch (IOException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client left while something was written to it.
        }
        finally
        {
            hub.Leave(subscriber);
            _meter.NoteSubscribers(-1);
            await ending.CancelAsync().ConfigureAwait(false);
            await watch.ConfigureAwait(false);
        }
    }

    private static void Begin(HttpContext http)
    {
        var headers = http.Response.Headers;
        http.Response.ContentType = "text/event-stream";
        headers.CacheControl = "no-store, no-transform";
        headers["X-Accel-Buffering"] = "no"; // nginx would hold frames back
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering(); // and so would compression
    }

    /// <summary>Until the ticket expires, and no longer than one connection lasts.</summary>
    private TimeSpan TimeLeft(HttpContext http)
    {
        var left = _options.MaxDuration * (1 - 0.1 * Random.Shared.NextDouble()); // those who came together do not come back together
        var expires = http.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc ?? ExpiryClaim(http.User);
        if (expires is not { } at) return left;
        var valid = at - _time.GetUtcNow();
        return valid <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : valid < left ? valid : left;
    }

    private static DateTimeOffset? ExpiryClaim(ClaimsPrincipal user) =>
        long.TryParse(user.FindFirstValue("exp"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private async Task WatchAsync(HttpContext http, Func<HttpContext, CancellationToken, ValueTask<bool>> isStillSignedIn, CancellationTokenSource session, CancellationToken ending)
    {
        using var timer = new PeriodicTimer(_options.Heartbeat, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(ending).ConfigureAwait(false))
            {
                if (await isStillSignedIn(http, ending).ConfigureAwait(false)) continue;
                await session.CancelAsync().ConfigureAwait(false);
                return;
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The stream ended.
        }
#pragma warning disable CA1031 // Whatever the application's own check throws: who cannot be vouched for hears nothing more.
        catch (Exception error)
#pragma warning restore CA1031
        {
            FreshetRequest.Of(http)?.Freshness.Logger.SessionCheckFailed(error);
            await session.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task RefuseAsync(HttpFreshness freshness, HttpContext http, string full)
    {
        _meter.NoteRefused(full);
        var (status, detail) = full == "node"
            ? (StatusCodes.Status503ServiceUnavailable, "This node has as many followers as it takes. Come back later.")
            : (StatusCodes.Status429TooManyRequests, $"Too many connections of one {full}. Share one stream among tabs, or come back later.");
        await freshness.Problems.RefuseAsync(http, status, "too-many-followers", detail, retryAfter: "30").ConfigureAwait(false);
    }

    private StreamHub HubOf(HttpFreshness freshness)
    {
        lock (_gate) return _hub ??= new StreamHub(freshness, _options, _meter, _time, _stopping);
    }

    private static string? NameOf(ClaimsPrincipal user) => user.Identity is not { IsAuthenticated: true } identity
        ? null
        : user.FindFirstValue(ClaimTypes.NameIdentifier) ?? user.FindFirstValue("sub") ?? identity.Name;
}
