using Microsoft.Extensions.Logging;

namespace Freshet.Sql;

/// <summary>Appends what actions have left in the outbox: because their process ended, or because another program wrote it. Runs on every node.</summary>
/// <remarks>It selects what is undone and never what comes after a row it has seen: a transaction that began earlier may be committed later, with lower numbers (PROTOCOL 24).</remarks>
internal sealed class OutboxRelay(SqlOutbox outbox, FreshnessLog log, RowReader reader, SqlOutboxOptions options, OutboxCounters counters, Clock clock, ILogger<OutboxRelay> logger)
    : IAsyncDisposable, IDisposable
{
    private static readonly Writer _relay = new(TriggerKind.Job, "freshet-relay", null, null);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stopping = new();
    private readonly BackOff _pauses = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10));
    private readonly BackOff _listeningPauses = new(TimeSpan.FromMilliseconds(200), _longestPause);
    private Task _running = Task.CompletedTask;
    private Epoch? _epoch;
    private long _lookedAt = long.MinValue;
    private long _prunedAt = long.MinValue;
    private volatile TaskCompletionSource _rung = NewSignal();

    /// <summary>Begins to relay.</summary>
    public void Start()
    {
        using var _ = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _running = options.Listens ? Task.WhenAll(RunAsync(), ListenAsync()) : RunAsync();
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await outbox.Marks.FlushAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    /// <summary>Its loops end at their next step.</summary>
    public void Dispose() => _stopping.Cancel();

    /// <summary>There may be something to append.</summary>
    public void Ring()
    {
        var rung = _rung;
        _rung = NewSignal();
        rung.TrySetResult();
    }

    /// <summary>Appends everything that is due.</summary>
    /// <returns>How many rows were looked at.</returns>
    public async Task<int> RelayAllAsync(CancellationToken cancellationToken)
    {
        var all = 0;
        while (!log.IsAway) // who cannot append leaves the rows to a node that can
        {
            var some = await outbox.Database.RelayAsync(outbox.Keyspace, options.BatchSize, AppendAsync, cancellationToken).ConfigureAwait(false);
            all += some;
            if (some < options.BatchSize) break;
        }
        return all;
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var rung = _rung.Task;
            var pause = await StepAsync().ConfigureAwait(false);
            await rung.WaitAsync(pause, clock.Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>How long to wait for the next one, unless somebody rings.</returns>
    private async Task<TimeSpan> StepAsync()
    {
        try
        {
            await ReopenAfterAnEpochAsync().ConfigureAwait(false);
            await RelayAllAsync(_stopping.Token).ConfigureAwait(false);
            await LookAsync().ConfigureAwait(false);
            await PruneAsync().ConfigureAwait(false);
            _pauses.StartOver();
            return options.PollInterval;
        }
#pragma warning disable CA1031 // A relay that stopped would leave rows for good. Whatever it is, it is told, and tried again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (_stopping.IsCancellationRequested) return TimeSpan.Zero;
            if (!outbox.State.IsAway) logger.RelayFailed(error, error.GetType().Name);
            outbox.State = outbox.State with { IsAway = true };
            counters.NoteFailure();
            return _pauses.Next();
        }
    }

    private async Task<RowFates?> AppendAsync(IReadOnlyList<OutboxRow> rows)
    {
        var (drafts, failed) = (new List<RecordDraft>(rows.Count), new List<FailedRow>());
        foreach (var row in rows)
        {
            try
            {
                var draft = reader.Read(row);
                log.Check(_relay, draft);
                drafts.Add(draft);
            }
            catch (FreshetException error)
            {
                failed.Add(Failed(row, error));
            }
        }
        if (drafts.Count == 0) return new RowFates([], failed);
        // It may wait for other nodes' leases, and nobody waits for that when the host stops: a row that is not marked is appended once more, and known by its id.
        var appended = await log.AppendAsync(_relay, drafts, keepPending: false).AsTask().WaitAsync(_stopping.Token).ConfigureAwait(false);
        if (appended.IsPending) return null;
        counters.NoteRelayed(drafts.Count);
        log.WriteLines(appended.Records);
        return new RowFates([.. appended.Records.Select(record => new AppendedRow(record.Id, new LogPosition(record.Epoch, record.Position)))], failed);
    }

    /// <summary>A newer version may have written it, which this node learns of at its next deployment: so it is tried for a while, ever more seldom.</summary>
    private FailedRow Failed(OutboxRow row, FreshetException error)
    {
        var fault = error is UnreadableRowException unreadable ? unreadable.Fault : error.Code;
        var isLast = row.Attempts + 1 >= options.MaxAttempts;
        if (isLast) logger.SetAside(row.Seq, row.Event, fault, row.Attempts + 1);
        else logger.RowFailed(row.Seq, row.Event, fault, row.Attempts + 1);
        counters.NoteFailed(isLast);
        return new FailedRow(row.Seq, fault, isLast ? null : TimeSpan.FromSeconds(Math.Min(300, Math.Pow(2, row.Attempts))));
    }

    /// <summary>A log that lost records took a new epoch: what was appended to the old one lately may be among them (PROTOCOL 24).</summary>
    private async Task ReopenAfterAnEpochAsync()
    {
        // Not met: it may be away, and this node's first question has yet to find that out.
        if (!log.IsShared || !log.IsMet || log.IsAway) return;
        var epoch = log.Position.Epoch;
        if (epoch == _epoch) return;
        var reopened = await outbox.Database.ReopenAsync(outbox.Keyspace, epoch, options.AppendAgainWithin, _stopping.Token).ConfigureAwait(false);
        if (reopened > 0) logger.Reopened(reopened);
        _epoch = epoch; // not before it is done
    }

    private async Task LookAsync()
    {
        if (_lookedAt != long.MinValue && clock.Now - _lookedAt < options.PollInterval.TotalMilliseconds) return;
        _lookedAt = clock.Now;
        var wasAway = outbox.State.IsAway;
        outbox.State = await outbox.Database.StateAsync(outbox.Keyspace, options.Grace + options.PollInterval, _stopping.Token).ConfigureAwait(false);
        if (wasAway) logger.RelayIsBack();
    }

    private async Task PruneAsync()
    {
        if (_prunedAt != long.MinValue && clock.Now - _prunedAt < options.PruneInterval.TotalMilliseconds) return;
        _prunedAt = clock.Now;
        while (await outbox.Database.PruneAsync(options.Retention, options.ClaimRetention, options.PruneBatchSize, _stopping.Token).ConfigureAwait(false) >= options.PruneBatchSize)
        {
        }
    }

    private async Task ListenAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await outbox.Database.ListenAsync(() =>
                {
                    _listeningPauses.StartOver();
                    Ring();
                }, _stopping.Token).ConfigureAwait(false);
                return; // it cannot ring
            }
#pragma warning disable CA1031 // Rows are found by asking, meanwhile.
            catch (Exception error) when (!_stopping.IsCancellationRequested)
#pragma warning restore CA1031
            {
                logger.NotListening(error.GetType().Name);
            }
            await Task.Delay(_listeningPauses.Next(), clock.Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
