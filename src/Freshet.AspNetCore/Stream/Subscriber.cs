using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary>One connection: the frames that wait for it, bounded, and their writing.</summary>
/// <param name="http">Its request.</param>
/// <param name="audience">What it may hear.</param>
/// <param name="after">The position it has seen already; nothing up to there is told to it.</param>
/// <param name="maxWaiting">Most frames that wait.</param>
/// <param name="time">To notice a write that does not end.</param>
internal sealed class Subscriber(HttpContext http, Audience audience, long after, int maxWaiting, TimeProvider time)
{
    private static readonly byte[] _comment = ":\n\n"u8.ToArray();

    private readonly Channel<byte[]> _waiting = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(maxWaiting) { SingleReader = true });

    // Written by the hub before it completes the channel, read by the writer after it sees that.
    private volatile byte[]? _farewell;
    private long _writingSince; // timestamp; 0 while no write is under way

    public Audience Audience => audience;

    /// <summary>Whether it was given up because it reads too slowly.</summary>
    public bool IsSlow => _farewell is not null;

    /// <summary>Hands a frame over.</summary>
    /// <returns>False when too many wait: then the subscriber is to be given up.</returns>
    public bool TryHand(long position, byte[] frame) => position <= after || _waiting.Writer.TryWrite(frame);

    /// <summary>Tells that the connection lives, and where the log stands.</summary>
    public bool TryBeat(long position, byte[] frame) => _waiting.Writer.TryWrite(position < after ? _comment : frame);

    /// <summary>Gives it up: what waits is dropped, and it is told to reset.</summary>
    public void GiveUp(byte[] reset)
    {
        _farewell = reset;
        _waiting.Writer.TryComplete();
    }

    /// <summary>Ends it after what waits.</summary>
    public void End() => _waiting.Writer.TryComplete();

    /// <summary>Cuts the connection if one write takes longer than a limit: nobody reads at the other end.</summary>
    /// <returns>Whether it did.</returns>
    public bool CutIfStuck(TimeSpan limit)
    {
        var since = Interlocked.Read(ref _writingSince);
        if (since == 0 || time.GetElapsedTime(since) < limit) return false;
        http.Abort();
        return true;
    }

    /// <summary>Writes frames as they come, until there are no more.</summary>
    public async Task WriteAllAsync(CancellationToken cancellationToken)
    {
        await foreach (var frame in _waiting.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (IsSlow) break;
            await WriteAsync(frame, flush: !_waiting.Reader.TryPeek(out _), cancellationToken).ConfigureAwait(false);
        }
        if (_farewell is { } reset) await WriteAsync(reset, flush: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes one frame at once.</summary>
    public async Task WriteAsync(byte[] frame, bool flush, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _writingSince, Math.Max(1, time.GetTimestamp()));
        await http.Response.Body.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
        if (flush) await http.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _writingSince, 0);
    }
}
