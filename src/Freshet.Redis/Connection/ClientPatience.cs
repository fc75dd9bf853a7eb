namespace Freshet.Redis;

/// <summary>How long calls to Redis may find no connection before their client is made anew.</summary>
/// <remarks>
/// A multiplexer reconnects by itself, but StackExchange.Redis 1.2.6 does not always (its issues 269 and 559): the server dies and comes back,
/// and every call goes on failing until the process ends. A new client is right at once. While the server is really away it fails like the
/// old one: so 10 seconds the first time, then twice as long each time, up to 5 minutes, until a call is answered.
/// </remarks>
internal sealed class ClientPatience(TimeProvider time)
{
    private static readonly TimeSpan _shortest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private TimeSpan _limit = _shortest; // guarded by _gate
    private long _since; // guarded by _gate
    private volatile bool _isFailing; // written under _gate; read by each call that is answered

    /// <summary>A call was answered, be it with an error.</summary>
    public void Answered()
    {
        if (!_isFailing) return;
        lock (_gate) (_isFailing, _limit) = (false, _shortest);
    }

    /// <summary>A call found no connection.</summary>
    /// <returns>True if none has been answered for too long; once, then it counts anew.</returns>
    public bool EndsAtFailure()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (!_isFailing)
            {
                (_isFailing, _since) = (true, now);
                return false;
            }
            if (time.GetElapsedTime(_since, now) < _limit) return false;
            (_since, _limit) = (now, _limit * 2 < _longest ? _limit * 2 : _longest);
            return true;
        }
    }
}
