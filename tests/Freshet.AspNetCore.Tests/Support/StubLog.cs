namespace Freshet.AspNetCore.Tests;

/// <summary>A log in this process that several applications share, and that can be taken away.</summary>
internal sealed class StubLog
{
    private readonly Lock _gate = new();
    private readonly Epoch _epoch = Epoch.Create();
    private readonly List<LogRecord> _records = [];              // guarded by _gate
    private readonly Dictionary<NodeId, LeaseRow> _leases = [];  // guarded by _gate
    private readonly List<ILogListener> _listeners = [];         // guarded by _gate

    /// <summary>Whether every call fails.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether records are told of as they are appended.</summary>
    public bool Rings { get; set; } = true;

    /// <summary>When set, the next exchange tells the head without its records, and the one after it waits for the gate to be given up.</summary>
    public Held? Holds { get; set; }

    /// <summary>An exchange that is under way until it fails.</summary>
    public sealed class Held
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<ExchangeReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _exchanges;

        public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public bool IsFirst => Interlocked.Increment(ref _exchanges) == 1;

        public Task<ExchangeReply> WaitAsync()
        {
            _reached.TrySetResult();
            return _reply.Task;
        }

        public void Fail() => _reply.TrySetException(new InvalidOperationException("given up"));
    }

    /// <summary>What one application talks to.</summary>
    public ILogService Connect() => new Connection(this);

    private sealed class Connection(StubLog log) : ILogService
    {
        public void Listen(ILogListener listener)
        {
            lock (log._gate) log._listeners.Add(listener);
        }

        public ValueTask CheckAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask<ExchangeReply> ExchangeAsync(ExchangeRequest request, CancellationToken cancellationToken)
        {
            if (log.Holds is not { } held) return log.Do(() => ExchangeLocked(request, withRecords: true));
            return held.IsFirst ? log.Do(() => ExchangeLocked(request, withRecords: false)) : new ValueTask<ExchangeReply>(held.WaitAsync());
        }

        private ExchangeReply ExchangeLocked(ExchangeRequest request, bool withRecords)
        {
            if (request.Lease is { } lease) log._leases[lease.Node] = lease;
            IReadOnlyList<LogRecord> records = withRecords && request.Known is { } known && known.Epoch == log._epoch ? [.. log._records.Skip((int)known.Position)] : [];
            return new ExchangeReply(log.HeadLocked, 1, records, DateTimeOffset.UnixEpoch, IsMature: true, TimeSpan.FromHours(1));
        }

        public ValueTask<AppendReply> AppendAsync(AppendRequest request, CancellationToken cancellationToken) => log.Do(() =>
        {
            var leases = log._leases.Values.ToList();
            var appended = new List<LogRecord>();
            foreach (var draft in request.Drafts)
            {
                var record = LogRecord.Of(request.Writer, draft, new LogPosition(log._epoch, log._records.Count + 1), DateTimeOffset.UnixEpoch);
                log._records.Add(record);
                appended.Add(record);
            }
            if (log.Rings)
            {
                foreach (var listener in log._listeners) ThreadPool.QueueUserWorkItem(_ => listener.OnAppended(appended, request.Node));
            }
            return new AppendReply(appended, new Dictionary<Tag, long>(), leases, IsMature: true, DateTimeOffset.UnixEpoch);
        });

        public ValueTask<FetchedMarks> FetchMarksAsync(IReadOnlyList<Tag> tags, CancellationToken cancellationToken) => log.Do(() => new FetchedMarks(
            log.HeadLocked, 0, [.. tags.Select(tag => new FetchedMark(log._records.LastOrDefault(record => record.Invalidations.Any(each => each.Tag == tag))?.Position ?? 0, []))]));

        public ValueTask<LeaseRows> LeasesAsync(CancellationToken cancellationToken) => log.Do(() => new LeaseRows(log._epoch, [.. log._leases.Values]));

        public ValueTask RemoveLeasesAsync(IReadOnlyList<LeaseRow> rows, CancellationToken cancellationToken)
        {
            lock (log._gate)
            {
                foreach (var row in rows)
                {
                    if (log._leases.TryGetValue(row.Node, out var present) && present.Renewal == row.Renewal) log._leases.Remove(row.Node);
                }
            }
            return ValueTask.CompletedTask;
        }

        public void Acknowledge(NodeId node, NodeId writer, LogPosition applied)
        {
            ILogListener[] listeners;
            lock (log._gate) listeners = [.. log._listeners];
            foreach (var listener in listeners) listener.OnAcknowledged(node, applied);
        }

        public void Check(Writer writer, RecordDraft draft)
        {
        }
    }

    private LogPosition HeadLocked => new(_epoch, _records.Count);

    private ValueTask<T> Do<T>(Func<T> step)
    {
        if (IsAway) return ValueTask.FromException<T>(new InvalidOperationException("away"));
        lock (_gate) return new ValueTask<T>(step());
    }
}
