using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Tells one target every record, in order, on a flow of its own: whatever the target does, neither a write nor another target feels it.</summary>
/// <remarks>
/// It pulls from the log's history, so what it holds is bounded by the log's retention, however far it lags. A record that cannot be
/// applied does not stop those after it: it leaves a gap, and a gap is paid by a reset as soon as the target takes one (R6).
/// </remarks>
internal sealed partial class TargetFollower : IAsyncDisposable
{
    private const int BatchSize = 256;
    private static readonly TimeSpan _firstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _mostRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _pauseAfterSurprise = TimeSpan.FromSeconds(1);

    private readonly RecordHistory _history;
    private readonly CacheTargetOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stoppingToken;
    private readonly TargetProgress _progress;
    private readonly TargetCalls _calls;
    private readonly ResetPlan _resets;
    private Task _following = Task.CompletedTask;

    // Used by the follower's own flow alone.
    private Epoch _epoch;
    private int _generation;
    private bool _works = true;
    private bool _isQuick = true;

    public TargetFollower(string name, ICacheTarget target, CacheTargetOptions options, LogPosition from, int generation, RecordHistory history, TimeProvider time, ILogger logger)
    {
        Name = name;
        _history = history;
        _options = options;
        _time = time;
        _logger = logger;
        _stoppingToken = _stopping.Token;
        _epoch = from.Epoch;
        _generation = generation;
        _progress = new TargetProgress(from);
        _calls = new TargetCalls(target, options.CallTimeout, time, _stoppingToken);
        _resets = new ResetPlan(time);
    }

    public string Name { get; }

    public TargetCounters Counters { get; } = new();

    private LogPosition Head => _history.Head ?? new LogPosition(_epoch, 0);

    /// <summary>Records the target has not been told yet.</summary>
    public long Lag => Math.Max(0, Head.Position - _progress.Position);

    /// <summary>Whether the target missed something and waits for its reset.</summary>
    public bool OwesReset => _resets.Owed is not null;

    /// <summary>Whether answers wait for this target.</summary>
    public bool KeepsPace => _progress.KeepsPace;

    public void Start()
    {
        if (_options.ResetOnStart) _resets.Owe(ResetReason.Started);
        // Whoever resolves Freshet first may do so inside an action or a load of another application; none of it is the follower's.
        using (ExecutionContext.SuppressFlow()) _following = FollowAsync();
    }

    /// <summary>Completes when the target has applied a position, or need not be waited for any longer.</summary>
    public Task WhenAppliedAsync(LogPosition position)
    {
        if (_options.ObserveOnly || _options.AnswerWait == TimeSpan.Zero) return Task.CompletedTask;
        var reached = _progress.WhenReached(position);
        return reached is { IsCompletedSuccessfully: true, Result: true } ? Task.CompletedTask : WaitAsync(reached);
    }

    /// <summary>Completes when the target has been told everything, unless it is slow or fails.</summary>
    public Task DrainAsync(CancellationToken cancellationToken) => _progress.WhenReached(Head).WaitAsync(cancellationToken);

    public void Stop()
    {
        if (_stopping.IsCancellationRequested) return;
        if (Lag is > 0 and var lag && !_options.ObserveOnly) Say(logger => logger.StoppedBehind(Name, lag));
        _stopping.Cancel();
        _progress.FallBehind();
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task WaitAsync(Task<bool> reached)
    {
        await ((Task)reached).WaitAsync(_options.AnswerWait, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reached.IsCompleted)
        {
            if (!await reached.ConfigureAwait(false)) Counters.NoteUnawaited();
            return;
        }
        Counters.NoteUnawaited();
        if (_progress.FallBehind()) Say(logger => logger.TooSlowForAnswers(Name, _options.AnswerWait));
    }

    private async Task FollowAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!_stoppingToken.IsCancellationRequested)
        {
            try
            {
                await StepAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception surprise)
            {
                // Nothing known comes here: what a target throws stays with its call. But a follower that ended would leave its target
                // silent for good, so whatever it is, it is told, counted as a gap, and the follower goes on.
                _resets.Owe(ResetReason.RecordFailed);
                Say(logger => logger.Surprised(surprise, Name));
                await Task.Delay(_pauseAfterSurprise, _time, _stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task StepAsync()
    {
        await ResetIfDueAsync().ConfigureAwait(false);
        var (batch, next) = Take();
        if (batch.Length == 0)
        {
            if (_isQuick && next is not null) _progress.CatchUp();
            if (next is not null) await WaitForAsync(next).ConfigureAwait(false);
            return;
        }
        foreach (var record in batch)
        {
            if (record.Epoch != _epoch)
            {
                _epoch = record.Epoch;
                _resets.Owe(ResetReason.EpochChanged);
            }
            // A cache that is not ours cannot tell what of a query or a kind went into its values.
            if (record.Position > _progress.Position && FlushTags.AreIn(record)) _resets.Owe(ResetReason.Flushed);
            await ResetIfDueAsync().ConfigureAwait(false);
            if (record.Position <= _progress.Position) continue; // the reset covered it
            if (record.Invalidations.Count > 0) await DeliverAsync(record).ConfigureAwait(false);
            _progress.MoveTo(new LogPosition(record.Epoch, record.Position));
        }
    }

    /// <summary>The next records; with none, a signal that there are more, or null when the target must be reset first.</summary>
    private (LogRecord[] Batch, Task? Next) Take()
    {
        try
        {
            return _history.After(_progress.Position, BatchSize, generation: _generation);
        }
        catch (LogTrimmedException)
        {
            _generation = _history.Generation; // before the head: of a start in between the next look is told
            var head = Head;
            _resets.Owe(head.Epoch == _epoch ? ResetReason.FellBehind : ResetReason.EpochChanged);
            _epoch = head.Epoch;
            _progress.FallBehind(); // whoever waits must not take the jump for its record's delivery
            // From here on record by record, whether the reset succeeds at once or not.
            _progress.MoveTo(head);
            return ([], null);
        }
    }

    private Task WaitForAsync(Task next) =>
        _resets.Owed is null ? next.WaitAsync(_stoppingToken) : EndedOrTimeAsync(next.WaitAsync(_resets.DueIn, _time, _stoppingToken));

    private static async Task EndedOrTimeAsync(Task waiting) => await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    // A log provider that throws must not hold its target at one record for ever, nor fail the write or the stop that it is told of.
    private void Say(Action<ILogger> line)
    {
        try
        {
            line(_logger);
        }
        catch (Exception)
        {
            // There is no one left to tell: telling is what failed. The counters say what happened.
        }
    }
}
