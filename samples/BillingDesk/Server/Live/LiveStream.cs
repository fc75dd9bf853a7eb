using Freshet;

namespace BillingDesk.Server;

/// <summary>One browser following the log, until it goes away or the server stops.</summary>
/// <param name="log">The log.</param>
/// <param name="time">For the heartbeats.</param>
/// <param name="lifetime">Ends the stream when the server stops; else it would hold the server up.</param>
/// <param name="after">Position of the last record the browser saw; null for one that begins now.</param>
internal sealed class LiveStream(IFreshnessLog log, TimeProvider time, IHostApplicationLifetime lifetime, long? after) : IResult
{
    // Often enough that proxies keep the connection, and a dead one is noticed.
    private static readonly TimeSpan _heartbeatInterval = TimeSpan.FromSeconds(15);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "text/event-stream";
        httpContext.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, lifetime.ApplicationStopping);
        using var writer = new EventWriter(httpContext.Response.Body);
        var heartbeats = BeatAsync(writer, ending.Token);
        try
        {
            await FollowAsync(writer, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The browser left, or the server stops: the stream has no other end.
        }
        finally
        {
            await ending.CancelAsync();
            await heartbeats;
        }
    }

    private async Task FollowAsync(EventWriter writer, CancellationToken ct)
    {
        var head = log.Position.Position;
        var from = after ?? head;
        // The id makes a browser that loses the connection before the first record come back to where it was.
        await writer.WriteAsync("hello", from, new { position = head }, ct);
        // A browser that saw more than there is followed another log: this server was started anew.
        if (from > head) from = await ResetAsync(writer, ct);
        while (true)
        {
            try
            {
                await foreach (var record in log.FollowAsync(from, ct))
                {
                    // A hold keeps high queries at their source while a write is under way; it invalidates nothing.
                    if (record.Invalidations.Count > 0) await writer.WriteAsync("invalidation", record.Position, LiveRecord.From(record), ct);
                    from = record.Position;
                }
            }
            catch (LogTrimmedException)
            {
                from = await ResetAsync(writer, ct);
            }
        }
    }

    private async Task<long> ResetAsync(EventWriter writer, CancellationToken ct)
    {
        var head = log.Position.Position;
        await writer.WriteAsync("reset", head, new { position = head }, ct);
        return head;
    }

    private async Task BeatAsync(EventWriter writer, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(_heartbeatInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct)) await writer.CommentAsync("heartbeat", ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The stream ended.
        }
    }
}
