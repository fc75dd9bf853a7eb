using Microsoft.Extensions.Logging;

namespace Freshet;

/// <remarks>One call of the target after the other: its records, its resets, and what becomes of those that fail.</remarks>
internal sealed partial class TargetFollower
{
    private async Task DeliverAsync(LogRecord record)
    {
        if (_options.ObserveOnly)
        {
            Counters.NoteObserved(record);
            Say(logger => Observe(logger, record));
            return;
        }
        // With a reset owed this record is covered by it, so it gets its chance, and those behind it do not wait through its retries.
        var attempts = _resets.Owed is null ? _options.MaxAttempts : 1;
        var delays = new BackOff(_firstRetry, _mostRetry);
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await CallAsync(static (target, record, stop) => target.InvalidateAsync(record, stop), record).ConfigureAwait(false);
            if (outcome.Failure is null)
            {
                Counters.NoteApplied(record);
                NoteWorks();
                return;
            }
            if (attempt >= attempts || outcome.IsAbandoned)
            {
                GiveUp(record, outcome.Failure);
                return;
            }
            if (attempt == 1 && _works) Say(logger => logger.Retrying(outcome.Failure, Name, record.Position, attempts));
            await Task.Delay(delays.Next(), _time, _stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task ResetIfDueAsync()
    {
        if (!_resets.IsDue || _resets.Owed is not { } reason) return;
        if (_options.ObserveOnly)
        {
            _resets.MarkApplied();
            Counters.NoteResetObserved();
            Say(logger => logger.ResetObserved(Name, reason));
            return;
        }
        // Taken before the reset: a record that comes while it runs may find the target already emptied and filled again.
        var covered = Head;
        var outcome = await CallAsync(static (target, reason, stop) => target.ResetAsync(reason, stop), reason).ConfigureAwait(false);
        if (outcome.Failure is { } failure)
        {
            _resets.MarkFailed();
            Counters.NoteResetFailed();
            if (NoteFails()) Say(logger => logger.ResetFailed(failure, Name, reason));
            return;
        }
        _resets.MarkApplied();
        Counters.NoteResetApplied();
        if (covered.Epoch == _epoch && covered.Position > _progress.Position) _progress.MoveTo(covered);
        if (reason != ResetReason.Started) Say(logger => logger.WasReset(Name, reason));
        NoteWorks();
    }

    private async Task<CallOutcome> CallAsync<TWhat>(Func<ICacheTarget, TWhat, CancellationToken, ValueTask> call, TWhat what)
    {
        if (_calls.IsSuspended)
        {
            Say(logger => logger.Suspended(Name, TargetCalls.MostAbandoned));
            await _calls.WhenCallable().WaitAsync(_stoppingToken).ConfigureAwait(false);
        }
        var begun = _time.GetTimestamp();
        var outcome = await _calls.TryAsync(call, what).ConfigureAwait(false);
        var limit = _options.AnswerWait > TimeSpan.Zero ? _options.AnswerWait : _options.CallTimeout;
        _isQuick = outcome.Failure is null && _time.GetElapsedTime(begun) < limit;
        if (outcome.Failure is not null) _progress.FallBehind();
        return outcome;
    }

    private void GiveUp(LogRecord record, Exception failure)
    {
        Counters.NoteFailed(record);
        _resets.Owe(ResetReason.RecordFailed);
        if (NoteFails()) Say(logger => logger.GivenUp(failure, Name, record.Position));
    }

    /// <summary>True for the first failure since the target last worked: an outage is one line, not one per record.</summary>
    private bool NoteFails()
    {
        var worked = _works;
        _works = false;
        return worked;
    }

    // A record that is applied while a reset is owed is no recovery: the gap stands.
    private void NoteWorks()
    {
        if (_works || _resets.Owed is not null) return;
        _works = true;
        Say(logger => logger.WorksAgain(Name));
    }

    private void Observe(ILogger logger, LogRecord record)
    {
        if (!logger.IsEnabled(LogLevel.Information)) return;
        foreach (var invalidation in record.Invalidations)
            logger.Observed(Name, record.Call, record.Event, invalidation.Tag, invalidation.Kind, record.Trigger, record.Action, record.Position);
    }
}
