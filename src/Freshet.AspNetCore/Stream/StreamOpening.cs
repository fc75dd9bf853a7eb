using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary>The beginning of a connection: hello, then what the subscriber missed, or that it cannot be known.</summary>
internal sealed class StreamOpening(StreamHub hub, HttpContext http, FreshetStreamOptions options, StreamMeter meter)
{
    /// <summary>Writes it.</summary>
    /// <param name="subscriber">Who has joined.</param>
    /// <param name="head">Where the hub stood then: what comes later waits in the subscriber's queue.</param>
    /// <param name="resume">Where the client was; null for one that begins now.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task WriteAsync(Subscriber subscriber, LogPosition head, ResumePoint? resume, CancellationToken cancellationToken)
    {
        var isOurs = resume is null || (resume.Value.Epoch ?? hub.Frames.HashOf(head.Epoch)) == hub.Frames.HashOf(head.Epoch);
        // A bare number beyond the head is of another log. With our epoch it is of a node that has applied more than this one.
        if (resume is { Epoch: null } bare && bare.Position > head.Position) isOurs = false;
        await subscriber.WriteAsync(hub.Frames.Hello(head, isOurs ? resume?.Position ?? head.Position : head.Position), flush: true, cancellationToken).ConfigureAwait(false);
        var reset = isOurs ? await ReplayAsync(subscriber, head, resume, cancellationToken).ConfigureAwait(false) : StreamReset.Epoch;
        if (reset is null) return;
        meter.NoteResets(reset, 1);
        await subscriber.WriteAsync(hub.Frames.Reset(head, reset), flush: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the records in between again. Null when all of them were there; else why not.</summary>
    private async Task<string?> ReplayAsync(Subscriber subscriber, LogPosition head, ResumePoint? resume, CancellationToken cancellationToken)
    {
        if (resume is not { } from || from.Position >= head.Position) return null;
        if (head.Position - from.Position > options.MaxReplay) return StreamReset.Missed;
        var alone = AudienceIndex.Of(subscriber.Audience);
        try
        {
            var log = FreshetRequest.Of(http)!.Freshness.Freshet.Log;
            await foreach (var record in log.FollowAsync(from.Position, cancellationToken).ConfigureAwait(false))
            {
                if (record.Epoch != head.Epoch) return StreamReset.Epoch;
                if (hub.FrameFor(record, alone) is { } frame)
                {
                    meter.NoteFrames(1);
                    await subscriber.WriteAsync(frame, flush: record.Position == head.Position, cancellationToken).ConfigureAwait(false);
                }
                if (record.Position == head.Position) break;
            }
            return null;
        }
        catch (LogTrimmedException)
        {
            return StreamReset.Missed;
        }
    }
}
