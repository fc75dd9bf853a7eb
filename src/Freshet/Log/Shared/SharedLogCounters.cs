using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Freshet;

/// <summary>Why a node had to start over.</summary>
internal enum StartOverReason
{
    /// <summary>The log's epoch changed.</summary>
    NewEpoch,

    /// <summary>Records this node had not read were trimmed.</summary>
    Trimmed,

    /// <summary>A record could not be read.</summary>
    Unreadable,
}

/// <summary>What the shared log did, for the metrics.</summary>
internal sealed class SharedLogCounters
{
    private readonly ConcurrentDictionary<string, long> _waitedOut = new(StringComparer.Ordinal);
    private Histogram<double>? _leaseWait;
    private long _exchanges, _failedExchanges, _gaps, _newEpochs, _trims, _unreadable, _applied, _reconnects;

    public long Exchanges => Volatile.Read(ref _exchanges);

    public long FailedExchanges => Volatile.Read(ref _failedExchanges);

    public long Gaps => Volatile.Read(ref _gaps);

    public long NewEpochs => Volatile.Read(ref _newEpochs);

    public long Trims => Volatile.Read(ref _trims);

    public long Unreadable => Volatile.Read(ref _unreadable);

    public long Applied => Volatile.Read(ref _applied);

    public long Reconnects => Volatile.Read(ref _reconnects);

    /// <summary>How often writes waited for a node until its lease had run out, by the node's name.</summary>
    public IEnumerable<KeyValuePair<string, long>> WaitedOut => _waitedOut;

    public void Use(Histogram<double> leaseWait) => _leaseWait = leaseWait;

    public void NoteExchange(bool failed) => Interlocked.Increment(ref failed ? ref _failedExchanges : ref _exchanges);

    public void NoteGap() => Interlocked.Increment(ref _gaps);

    public void NoteStartedOver(StartOverReason reason)
    {
        switch (reason)
        {
            case StartOverReason.NewEpoch:
                Interlocked.Increment(ref _newEpochs);
                return;
            case StartOverReason.Trimmed:
                Interlocked.Increment(ref _trims);
                return;
            default:
                Interlocked.Increment(ref _unreadable);
                return;
        }
    }

    public void NoteApplied() => Interlocked.Increment(ref _applied);

    public void NoteReconnect() => Interlocked.Increment(ref _reconnects);

    public void NoteLeaseWait(TimeSpan took, bool ranOut) =>
        _leaseWait?.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", ranOut ? "ran-out" : "acknowledged"));

    public void NoteWaitedOut(string node) => _waitedOut.AddOrUpdate(node, 1, (_, count) => count + 1);
}
