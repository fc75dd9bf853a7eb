namespace Freshet.AspNetCore;

/// <summary>Counts connections, so that neither one person nor one address takes them all.</summary>
internal sealed class StreamSeats(FreshetStreamOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _taken = []; // guarded by _gate
    private int _all;                                     // guarded by _gate

    /// <summary>Takes a seat.</summary>
    /// <param name="principal">Who, by a name that tells people apart; null when nobody is signed in.</param>
    /// <param name="address">From where; null when unknown.</param>
    /// <param name="full">What is full when there is none: <c>principal</c>, <c>address</c> or <c>node</c>.</param>
    public Seat? TryTake(string? principal, string? address, out string full)
    {
        var (who, where) = (principal is null ? null : $"p{principal}", address is null ? null : $"a{address}");
        lock (_gate)
        {
            full = _all >= options.MaxSubscribers ? "node"
                : IsFullLocked(who, options.MaxPerPrincipal) ? "principal"
                : IsFullLocked(where, options.MaxPerAddress) ? "address"
                : "";
            if (full.Length > 0) return null;
            _all++;
            AddLocked(who, 1);
            AddLocked(where, 1);
            return new Seat(this, who, where);
        }
    }

    private bool IsFullLocked(string? key, int most) => key is not null && _taken.GetValueOrDefault(key) >= most;

    private void AddLocked(string? key, int count)
    {
        if (key is null) return;
        var now = _taken.GetValueOrDefault(key) + count;
        if (now == 0) _taken.Remove(key);
        else _taken[key] = now;
    }

    /// <summary>One connection's place. Disposed once.</summary>
    public sealed class Seat(StreamSeats seats, string? who, string? where) : IDisposable
    {
        public void Dispose()
        {
            lock (seats._gate)
            {
                seats._all--;
                seats.AddLocked(who, -1);
                seats.AddLocked(where, -1);
            }
        }
    }
}
