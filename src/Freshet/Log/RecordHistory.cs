using System.Runtime.CompilerServices;

namespace Freshet;

/// <summary>The last records of the log, for followers. A ring: the oldest leaves when a new one comes.</summary>
internal sealed class RecordHistory(int capacity)
{
    private readonly Lock _gate = new();
    private LogRecord[] _ring = []; // grows to the capacity; a record stands at (position - 1) modulo the length
    private long _lastPosition;
    private Epoch _epoch; // of the records in the ring
    private long _count;
    private int _generation; // guarded by _gate
    private TaskCompletionSource? _added; // made when somebody waits

    /// <summary>Epoch and position of the last record, or where it started over since; null while there was neither.</summary>
    public LogPosition? Head
    {
        get
        {
            lock (_gate) return _lastPosition == 0 && _generation == 0 ? null : new LogPosition(_epoch, _lastPosition);
        }
    }

    /// <summary>Grows when followers of the records before must start over.</summary>
    public int Generation
    {
        get
        {
            lock (_gate) return _generation;
        }
    }

    public void Add(LogRecord record)
    {
        TaskCompletionSource? added;
        lock (_gate)
        {
            // Numbers of two logs share no ring: a follower of the old one would be handed records it never asked for, or empty places.
            if (_count > 0 && (record.Epoch != _epoch || record.Position != _lastPosition + 1)) _count = 0;
            _epoch = record.Epoch;
            if (_count == _ring.Length && _ring.Length < capacity) GrowLocked();
            _ring[IndexOf(record.Position)] = record;
            _lastPosition = record.Position;
            _count = Math.Min(_count + 1, _ring.Length);
            (added, _added) = (_added, null);
        }
        added?.SetResult();
    }

    /// <summary>Starts over at the head of a log whose earlier records this node will never see. Whoever follows is told that theirs are gone.</summary>
    public void StartOver(LogPosition head)
    {
        TaskCompletionSource? added;
        lock (_gate)
        {
            (_count, _epoch, _lastPosition) = (0, head.Epoch, head.Position);
            _generation++;
            (added, _added) = (_added, null);
        }
        added?.SetResult();
    }

    /// <summary>Every record after a position, then each new one.</summary>
    /// <param name="after">Position of the last record already seen.</param>
    /// <param name="published">The position that the node has published, a moment before its record is here: who has read it may ask from there on.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public async IAsyncEnumerable<LogRecord> FollowAsync(long after, Func<long> published, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var generation = Generation;
        while (true)
        {
            var (batch, next) = After(after, int.MaxValue, published(), generation);
            foreach (var record in batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return record;
                after = record.Position;
            }
            // The signal was taken together with the batch, so a record added since has already set it.
            if (batch.Length == 0) await next.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The next records after a position, at most so many; with none, a signal that one was added.</summary>
    /// <param name="after">Position of the last record already seen.</param>
    /// <param name="most">Most records to return.</param>
    /// <param name="published">The position that the node has published; 0 when the caller counts by what is here alone.</param>
    /// <param name="generation">The generation by which the caller counts; null when it looks only once.</param>
    /// <exception cref="LogTrimmedException">They are no longer kept, or the position lies past the end or is of another generation.</exception>
    public (LogRecord[] Batch, Task Next) After(long after, int most, long published = 0, int? generation = null)
    {
        lock (_gate)
        {
            var oldest = _lastPosition - _count + 1;
            // The numbers of another log may by chance go on where this follower stands.
            if (generation is { } counted && counted != _generation) throw new LogTrimmedException(after, oldest);
            // Past the head: the follower counts by another log, one that was lost. Silence until the numbers meet would hide all of this one's.
            if (after > Math.Max(_lastPosition, published) || after + 1 < oldest) throw new LogTrimmedException(after, oldest);
            if (after >= _lastPosition) return ([], (_added ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task);

            var batch = new LogRecord[Math.Min(_lastPosition - after, most)];
            for (var i = 0; i < batch.Length; i++) batch[i] = _ring[IndexOf(after + 1 + i)];
            return (batch, Task.CompletedTask);
        }
    }

    /// <summary>Whether any of some tags was invalidated after a position. Unknown counts as yes, and so does a flush of a whole query or kind.</summary>
    /// <param name="captured">The position.</param>
    /// <param name="applied">What this node has applied by now.</param>
    /// <param name="isMeant">Which tags.</param>
    public bool IsInvalidatedSince(LogPosition captured, LogPosition applied, Func<Tag, bool> isMeant)
    {
        if (applied.Epoch != captured.Epoch) return true;
        if (applied.Position == captured.Position) return false;
        // A node publishes a position a moment before its record is here. A capture from that moment lies past the end, and nothing
        // that it would have missed is here yet.
        if (Head is not { } head || head.Position <= captured.Position) return false;
        try
        {
            return After(captured.Position, int.MaxValue).Batch.Any(record => record.Invalidations.Any(each => isMeant(each.Tag) || FlushTags.IsOne(each.Tag)));
        }
        catch (LogTrimmedException)
        {
            return true;
        }
    }

    private void GrowLocked()
    {
        var before = _ring;
        _ring = new LogRecord[Math.Min(capacity, Math.Max(16, before.Length * 2))];
        for (var position = _lastPosition - _count + 1; position <= _lastPosition; position++)
            _ring[IndexOf(position)] = before[(position - 1) % before.Length];
    }

    private int IndexOf(long position) => (int)((position - 1) % _ring.Length);
}
