using System.Runtime.CompilerServices;

namespace Freshet;

/// <summary>The last records of the log, for followers. Bounded: the oldest leaves when a new one comes.</summary>
internal sealed class RecordHistory(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<LogRecord> _records = new();
    private long _lastPosition;
    private TaskCompletionSource? _added; // made when somebody waits

    public void Add(LogRecord record)
    {
        TaskCompletionSource? added;
        lock (_gate)
        {
            if (_records.Count == capacity) _records.Dequeue();
            _records.Enqueue(record);
            _lastPosition = record.Position;
            (added, _added) = (_added, null);
        }
        added?.SetResult();
    }

    public async IAsyncEnumerable<LogRecord> FollowAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var (batch, next) = After(after);
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

    private (LogRecord[] Batch, Task Next) After(long after)
    {
        lock (_gate)
        {
            if (_lastPosition <= after) return ([], (_added ??= NewSignal()).Task);
            var oldest = _records.Peek().Position;
            if (oldest > after + 1) throw new LogTrimmedException(after, oldest);
            return ([.. _records.Where(record => record.Position > after)], Task.CompletedTask);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
