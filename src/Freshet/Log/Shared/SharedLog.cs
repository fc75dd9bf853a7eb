using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>The log that several nodes share, as this node uses it: it appends, follows, confirms, and holds a read lease.</summary>
internal sealed class SharedLog : FreshnessLog, ILogListener, IAsyncDisposable
{
    private static readonly TimeSpan _startWait = TimeSpan.FromSeconds(5);

    private readonly ILogService _service;
    private readonly SharedLogOptions _options;
    private readonly ListenerFailures _failures;
    private readonly LogFollower _follower;
    private readonly Exchanger _exchanger;
    private readonly LeaseWaits _waits;
    private readonly Func<IReadOnlyCollection<string>> _kinds;
    private readonly HashSet<NodeId> _owed = []; // writers to acknowledge to, once what they appended is applied; guarded by itself
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly long _startedAt;
    private volatile LeaseRow? _lease; // the last one asked for
    private int _started;
    private Task _following = Task.CompletedTask;
    private volatile TaskCompletionSource _woken = NewSignal();

    /// <param name="service">The log.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="kinds">Kinds of the tags that this node's high queries use: what its lease speaks for.</param>
    /// <param name="node">This node; it must have a <see cref="Confirmation"/>.</param>
    /// <param name="history">The last records, for followers.</param>
    /// <param name="targets">Foreign caches that the log drives.</param>
    /// <param name="invalidations">What was appended here.</param>
    /// <param name="failures">What listeners throw.</param>
    /// <param name="logger">Where outages are told.</param>
    public SharedLog(
        ILogService service, SharedLogOptions options, Func<IReadOnlyCollection<string>> kinds, Node node, RecordHistory history, CacheTargets targets,
        InvalidationCounters invalidations, ListenerFailures failures, ILogger<SharedLog> logger)
        : base(node, history, targets, invalidations, logger)
    {
        _service = service;
        _options = options;
        _kinds = kinds;
        _failures = failures;
        _startedAt = node.Clock.Now;
        Pending = new PendingRecords(logger);
        _follower = new LogFollower(node, history, targets, Counters, logger);
        _exchanger = new Exchanger(service, _follower, node, NextLease, options, Counters, logger);
        _waits = new LeaseWaits(service, Id, node.Clock, options, Counters, logger);
    }

    /// <summary>This process, to the other nodes.</summary>
    public NodeId Id { get; } = NodeId.Create();

    public SharedLogCounters Counters { get; } = new();

    /// <summary>What the log has yet to take.</summary>
    public PendingRecords Pending { get; }

    public override bool IsAway => _exchanger.IsAway;

    public override bool IsMet => _follower.Known is not null;

    /// <summary>Records the log is known to have and this node has not applied.</summary>
    public long Lag => Math.Max(0, _exchanger.Head - Position.Position);

    public override bool IsShared => true;

    public override TimeSpan Unconfirmed => Node.Confirmation!.Unconfirmed ?? TimeSpan.FromMilliseconds(Node.Clock.Now - _startedAt);

    /// <summary>Begins to follow. Doing so twice is doing so once.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) != 0) return;
        _service.Listen(this);
        using var _ = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _following = FollowAsync();
    }

    /// <summary>Checks what can be known at start-up and waits a moment for the log; an application starts without it if need be.</summary>
    /// <exception cref="FreshetException">The log cannot work as it is set up, with what to change.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Start();
        try
        {
            await _service.CheckAsync(cancellationToken).AsTask().WaitAsync(_startWait, Node.Clock.Time, cancellationToken).ConfigureAwait(false);
            await _exchanger.ExchangeAsync().WaitAsync(_startWait, Node.Clock.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (FreshetException)
        {
            throw;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            Logger.StartedWithoutLog(error.GetType().Name);
        }
    }

    /// <summary>Gives the lease back, so that no writer waits for a node that has gone, and hands over what is pending once more.</summary>
    public async ValueTask StopAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Node.Confirmation!.Revoke(); // before the row goes: from then on nobody waits for this node
        if (Volatile.Read(ref _started) == 0) return;
        if (!_exchanger.IsAway) await SendPendingAsync().ConfigureAwait(false);
        if (Pending.LostWithThisProcess is > 0 and var lost) Logger.PendingLost(lost);
        if (_lease is not { } lease) return;
        try
        {
            await _service.RemoveLeasesAsync([lease], CancellationToken.None).AsTask().WaitAsync(_options.ExchangeTimeout, Node.Clock.Time).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // It runs out by itself.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Logger.LeaseNotReleased(error.GetType().Name);
        }
    }

    public ValueTask DisposeAsync() => StopAsync();

    public override void Check(Writer writer, RecordDraft draft) => _service.Check(writer, draft);

    public override async ValueTask<Appended> AppendAsync(Writer writer, IReadOnlyList<RecordDraft> drafts, bool wantsBefore = false, bool keepPending = true)
    {
        var activity = AppendActivity.Start(writer, drafts.Count, _failures);
        AppendReply reply;
        try
        {
            reply = await SendAsync(writer, drafts, wantsBefore).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The log did not take it, or did not say so: never a silent success (PROTOCOL 27).
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (keepPending)
            {
                Pending.Add(writer, drafts);
                Logger.NowPending(error, drafts.Count, writer.Action, error.GetType().Name);
            }
            if (drafts.Any(draft => draft.Invalidations.Count > 0)) ExpireAhead(drafts); // not for holds
            activity.End(Position.Position);
            return new Appended([], null, IsPending: true);
        }
        if (reply.Records.Count == 0) // holds that came too late
        {
            activity.End(Position.Position);
            return new Appended([], reply.Before);
        }
        await FinishAsync(reply, drafts).ConfigureAwait(false);
        NoteAppended(reply.Records);
        activity.End(reply.Records[^1].Position);
        return new Appended([.. reply.Records], reply.Before);
    }

    public override bool TryStand(ConsistencyToken? token, long maxStaleness, out Standing standing)
    {
        standing = default;
        var required = 0L;
        if (token is { } wanted)
        {
            var applied = Position;
            if (wanted.Epoch != applied.Epoch || wanted.Position > applied.Position) return false;
            required = wanted.Position;
        }
        if (!Node.Confirmation!.Covers(maxStaleness, Node.Clock.Now)) return false;
        standing = new Standing(true, required, IsConfirmed: true);
        return true;
    }

    public override async ValueTask<Standing> CatchUpAsync(ConsistencyToken? token, long maxStaleness, TimeSpan limit, CancellationToken cancellationToken)
    {
        var exchanged = false;
        if (!_exchanger.IsAway) // an outage costs no read its limit: who finds it out tells the others
        {
            var exchange = _exchanger.ExchangeAsync();
            await ((Task)exchange).WaitAsync(limit, Node.Clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            exchanged = exchange is { IsCompletedSuccessfully: true, Result: true };
        }

        // The exchange was sent after this read began, so that it found this node at the head was true then or later (PROTOCOL 8).
        var isConfirmed = exchanged || Node.Confirmation!.Covers(maxStaleness, Node.Clock.Now);
        if (token is not { } wanted) return new Standing(true, 0, isConfirmed);
        var applied = Position;
        if (wanted.Epoch == applied.Epoch) return new Standing(wanted.Position <= applied.Position, wanted.Position, isConfirmed);
        // Of a log that is gone: the exchange found this node in the epoch that counts, which outdates all that went before. Without
        // one it may as well be this node's epoch that is gone, however well its bound is kept (PROTOCOL 10).
        return new Standing(exchanged, 0, isConfirmed);
    }

    /// <summary>Fetches the marks of tags that this node does not know far enough back (PROTOCOL 12).</summary>
    /// <param name="table">The table the marks are of.</param>
    /// <param name="marks">Acquired marks.</param>
    /// <param name="loadedAt">Position of the value that carries them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether they are known now.</returns>
    public async ValueTask<bool> KnowMarksAsync(MarkTable table, IReadOnlyList<TagMark> marks, long loadedAt, CancellationToken cancellationToken)
    {
        var unknown = marks.Where(mark => mark.UnknownUpTo > loadedAt).ToList();
        if (unknown.Count == 0) return true;
        // A kind that was flushed before this node knew the tag left its mark under another name, in the log as well.
        var kinds = unknown.Where(mark => !FlushTags.IsOne(mark.Tag)).Select(mark => mark.Tag.Kind).Distinct(StringComparer.Ordinal).ToList();
        var now = Node.Clock.Now;
        var fetched = await _service.FetchMarksAsync([.. unknown.Select(mark => mark.Tag), .. kinds.Select(FlushTags.OfKind)], cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        return table.TryMerge(unknown, fetched with { Marks = [.. unknown.Select((mark, i) => WithKind(fetched, i, kinds.IndexOf(mark.Tag.Kind), unknown.Count))] }, now);
    }

    private static FetchedMark WithKind(FetchedMarks fetched, int mark, int kind, int marks) => kind < 0
        ? fetched.Marks[mark]
        : fetched.Marks[mark] with { ExpiredAt = Math.Max(fetched.Marks[mark].ExpiredAt, fetched.Marks[marks + kind].ExpiredAt) };

    /// <summary>The lease rows of every node; null when the log does not tell them in time.</summary>
    public async ValueTask<LeaseRows?> TryReadLeasesAsync(CancellationToken cancellationToken)
    {
        if (IsAway) return null; // an outage costs nobody the wait
        try
        {
            return await _service.LeasesAsync(cancellationToken).AsTask().WaitAsync(_options.ExchangeTimeout, Node.Clock.Time, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whoever asks is told that they are not known.
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Logger.PollFailed(error.GetType().Name);
            return null;
        }
    }

    void ILogListener.OnAppended(IReadOnlyList<LogRecord> records, NodeId writer)
    {
        _follower.Hear(records);
        if (writer == Id) return; // the reply tells this node's own
        // Without the records, which were too large to be told or appended before, all that is known is that a writer may be waiting.
        var concerns = records.Count == 0 || Concerns(records);
        if (records.Count > 0 && _follower.TryTake(records))
        {
            if (concerns) _service.Acknowledge(Id, writer, Position);
            return;
        }
        if (concerns && writer != default)
        {
            lock (_owed) _owed.Add(writer);
        }
        Wake();
    }

    void ILogListener.OnAcknowledged(NodeId node, LogPosition applied) => _waits.OnAcknowledged(node, applied);

    void ILogListener.OnConnectionChanged(bool isConnected)
    {
        if (isConnected) Counters.NoteReconnect();
        Wake();
    }

    private async Task FollowAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var woken = _woken.Task;
            await StepAsync().ConfigureAwait(false);
            await woken.WaitAsync(_options.ExchangeInterval, Node.Clock.Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StepAsync()
    {
        try
        {
            if (!await _exchanger.ExchangeAsync().ConfigureAwait(false)) return;
            AcknowledgeOwed();
            await PlaceAgainAsync().ConfigureAwait(false);
            await SendPendingAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A log provider that throws, say. Whatever it is, a node that stopped following would be deaf for good.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _failures.Note(error);
        }
    }

    /// <summary>Places the holds of actions that are still under way in a log that lost them, while it is too young for anybody to trust that it has all.</summary>
    private async Task PlaceAgainAsync()
    {
        var epoch = Position.Epoch;
        try
        {
            foreach (var hold in Node.OpenHolds.MissingIn(epoch))
            {
                var reply = await SendAsync(hold.Writer, [hold.Draft]).ConfigureAwait(false);
                if (reply.Records is not [var record]) continue;
                _follower.TryTake(reply.Records);
                Node.OpenHolds.NotePlaced(hold, record.Epoch, tooLate: reply.IsMature);
            }
        }
#pragma warning disable CA1031 // The log is away again: the next exchange that reaches it goes on here. One that comes too late is counted at the action's end.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Logger.HoldsNotPlacedAgain(error.GetType().Name);
        }
    }

    private LeaseRow? NextLease(LogPosition? known)
    {
        if (_stopping.IsCancellationRequested || _kinds() is not { Count: > 0 } kinds) return null;
        return _lease = new LeaseRow(Id, _options.Name, (_lease?.Renewal ?? 0) + 1, known?.Position ?? 0, kinds);
    }

    private async Task<AppendReply> SendAsync(Writer writer, IReadOnlyList<RecordDraft> drafts, bool wantsBefore = false)
    {
        var reply = await _service.AppendAsync(new AppendRequest(Id, writer, drafts) { WantsBefore = wantsBefore }, CancellationToken.None).AsTask()
            .WaitAsync(_options.AppendTimeout, Node.Clock.Time).ConfigureAwait(false);
        // Those that were appended before have lower positions than those beside them: the last is the one that a token names.
        return reply with { Records = [.. reply.Records.OrderBy(record => record.Position)] };
    }

    /// <summary>What an append needs before its write may be called finished: this node has applied it (PROTOCOL 23), every lease it concerns too (PROTOCOL 22), and no lease of an earlier epoch is alive (PROTOCOL 18).</summary>
    private async ValueTask FinishAsync(AppendReply reply, IReadOnlyList<RecordDraft> drafts)
    {
        var repliedAt = Node.Clock.Now;
        var last = reply.Records[^1];
        var isApplied = _follower.TryTake(reply.Records) || await ReachAsync(new LogPosition(last.Epoch, last.Position)).ConfigureAwait(false);
        if (!isApplied) ExpireAhead(drafts);
        await _waits.WaitAsync(reply, repliedAt).ConfigureAwait(false);
        if (reply.IsMature) return;
        // A node that could not come to its own record may still stand in an earlier epoch, whose age says nothing of this one's.
        var matureAt = (isApplied && _follower.EpochKnownSince is { } since ? since : repliedAt) + (long)_options.FullLease.TotalMilliseconds;
        if (matureAt - Node.Clock.Now is > 0 and var rest) await Task.Delay(TimeSpan.FromMilliseconds(rest), Node.Clock.Time).ConfigureAwait(false);
    }

    /// <summary>Brings this node to a position, or into the epoch that came after it.</summary>
    private async ValueTask<bool> ReachAsync(LogPosition wanted)
    {
        while (await _exchanger.ExchangeAsync().ConfigureAwait(false))
        {
            var applied = Position;
            // The exchange was sent after the append, so an epoch that still differs is a later one, in which everything before is outdated.
            if (applied.Epoch != wanted.Epoch || applied.Position >= wanted.Position) return true;
        }
        return false;
    }

    private async Task SendPendingAsync()
    {
        if (Pending.Count == 0 || !await _sending.WaitAsync(TimeSpan.Zero).ConfigureAwait(false)) return;
        try
        {
            await Pending.SendAsync((writer, drafts) => SendAsync(writer, drafts), reply =>
            {
                _follower.TryTake(reply.Records);
                NoteAppended(reply.Records);
                WriteLines(reply.Records);
            }).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    private void AcknowledgeOwed()
    {
        NodeId[] owed;
        lock (_owed)
        {
            if (_owed.Count == 0) return;
            owed = [.. _owed];
            _owed.Clear();
        }
        foreach (var writer in owed) _service.Acknowledge(Id, writer, Position);
    }

    private bool Concerns(IReadOnlyList<LogRecord> records)
    {
        if (_lease is not { } lease) return false;
        foreach (var record in records)
        {
            if (lease.IsInterestedIn(record)) return true;
        }
        return false;
    }

    private void Wake()
    {
        var woken = _woken;
        _woken = NewSignal();
        woken.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
