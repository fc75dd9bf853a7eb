using System.Diagnostics.CodeAnalysis;

namespace Freshet;

internal sealed partial class QueryRuntime<TArgs, TValue>
{
    /// <summary>How long an entry is kept past its time to live, in case its loader fails. Never past the keyspace's maximum (R5).</summary>
    private long KeptPastTimeToLive =>
        Math.Max(0, Math.Min((long)Policy.StaleOnError.TotalMilliseconds, _maxTimeToLive - (long)Policy.TimeToLive.TotalMilliseconds));

    /// <summary>The last good value, while the level accepts it in place of an error.</summary>
    /// <remarks>
    /// The limit counts from the first load of this entry's successor that failed: until then nobody knew that the value was all
    /// there is. Refused inside a load, whose own value would be stored as if it were current (PROTOCOL 15), and to a reader whose
    /// token is past the value: they would miss their own write (PROTOCOL 11).
    /// </remarks>
    private bool TryGetLastGood(TArgs args, Need need, [MaybeNullWhen(false)] out Entry<TValue> entry)
    {
        entry = null;
        var limit = (long)Policy.StaleOnError.TotalMilliseconds;
        if (limit == 0 || need.IsPart || !_store.TryGet(args, out var last)) return false;
        if (last.Loaded.Epoch != Node.Applied.Position.Epoch || last.Loaded.Position < need.RequiredPosition || !need.AcceptsVersion(last.Version)) return false;

        var now = Clock.Now;
        var failingSince = Interlocked.CompareExchange(ref last.FailingSince, now, Entry.NotFailing);
        if (failingSince == Entry.NotFailing) failingSince = now;
        if (now - failingSince > limit || now >= last.CapturedAt + _maxTimeToLive) return false;
        entry = last;
        return true;
    }
}
