namespace Freshet.Redis.Tests.Faults;

/// <summary>The log, with what it tells disturbed on its way to this node: dropped, or late, twice and in no order.</summary>
/// <remarks>What is asked for is left alone: pub/sub may lose and, over reconnects, double and reorder; an answer belongs to its request.</remarks>
internal sealed class DisturbedLog(ILogService log, Telling telling) : ILogService
{
    private Listener? _listener;

    /// <summary>How many of the next records told of are lost.</summary>
    public void DropNext(int count) => Interlocked.Add(ref _listener!.ToDrop, count);

    /// <summary>Messages that were dropped, doubled or held up.</summary>
    public int Disturbed => _listener!.Disturbed;

    public void Listen(ILogListener listener) => log.Listen(_listener = new Listener(listener, telling));

    public ValueTask CheckAsync(CancellationToken cancellationToken) => log.CheckAsync(cancellationToken);

    public ValueTask<ExchangeReply> ExchangeAsync(ExchangeRequest request, CancellationToken cancellationToken) => log.ExchangeAsync(request, cancellationToken);

    public ValueTask<AppendReply> AppendAsync(AppendRequest request, CancellationToken cancellationToken) => log.AppendAsync(request, cancellationToken);

    public ValueTask<FetchedMarks> FetchMarksAsync(IReadOnlyList<Tag> tags, CancellationToken cancellationToken) => log.FetchMarksAsync(tags, cancellationToken);

    public ValueTask<LeaseRows> LeasesAsync(CancellationToken cancellationToken) => log.LeasesAsync(cancellationToken);

    public ValueTask RemoveLeasesAsync(IReadOnlyList<LeaseRow> rows, CancellationToken cancellationToken) => log.RemoveLeasesAsync(rows, cancellationToken);

    public void Acknowledge(NodeId node, NodeId writer, LogPosition applied) => log.Acknowledge(node, writer, applied);

    public void Check(Writer writer, RecordDraft draft) => log.Check(writer, draft);

    private sealed class Listener(ILogListener listener, Telling telling) : ILogListener
    {
        private readonly Lock _oneAtATime = new();

        public int ToDrop;
        public int Disturbed;

        public void OnAppended(IReadOnlyList<LogRecord> records, NodeId writer)
        {
            if (telling == Telling.Dropped || Interlocked.Decrement(ref ToDrop) >= 0)
            {
                Interlocked.Increment(ref Disturbed);
                return;
            }
            Volatile.Write(ref ToDrop, 0);
            Tell(() => listener.OnAppended(records, writer));
        }

        public void OnAcknowledged(NodeId node, LogPosition applied) => Tell(() => listener.OnAcknowledged(node, applied));

        public void OnConnectionChanged(bool isConnected) => Now(() => listener.OnConnectionChanged(isConnected));

        private void Tell(Action message)
        {
            if (telling != Telling.Disordered)
            {
                Now(message);
                return;
            }
            Interlocked.Increment(ref Disturbed);
            for (var i = 0; i < 2; i++) _ = LaterAsync(message);
        }

        private async Task LaterAsync(Action message)
        {
            await Task.Delay(Random.Shared.Next(40));
            Now(message);
        }

        private void Now(Action message)
        {
            lock (_oneAtATime) message();
        }
    }
}
