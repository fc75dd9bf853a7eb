using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>One attempt at an operation that this worker has taken.</summary>
/// <remarks>
/// Whoever holds the lease works. Nobody trusts it: completing, retrying and failing each name the lease, and the database refuses
/// one that was overtaken. So it does not matter whose clock is right, or how long somebody was away:
///   A takes it -> A is suspended, its lease runs out -> B takes it and commits -> A goes on and completes: its update finds another
///   lease, and its transaction is rolled back.
/// </remarks>
internal sealed class OperationAttempt(TakenOperation taken, OperationHandler handler, OperationParts parts)
{
    private static readonly TimeSpan _longestDelay = TimeSpan.FromMinutes(5);
    private static readonly OperationFailure _givenUp = new(OperationFailure.GivenUp, "It could not be done.");
    private volatile bool _isLost;

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            // A worker that dies leaves no word. One that kills its worker each time would be tried for ever.
            if (taken.Attempt > parts.Options.MaxAttempts) await GiveUpAsync(_givenUp, error: null).ConfigureAwait(false);
            else await SettleAsync(await WorkAsync(stopping).ConfigureAwait(false), stopping).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The database cannot be told: the lease runs out, and somebody takes it again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            parts.Logger.OperationNotSettled(error, taken.Kind, taken.Held.Id, error.GetType().Name);
        }
    }

    /// <summary>Runs the handler, and appends what it committed.</summary>
    /// <returns>What it threw; null when it returned.</returns>
    private async Task<Exception?> WorkAsync(CancellationToken stopping)
    {
        using var activity = OperationActivity.Start(taken);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var begun = parts.Time.GetTimestamp();
        var renewing = RenewAsync(ended);
        var action = parts.Freshet.BeginJob(taken.Kind, taken.Owner);
        await using var _ = action.ConfigureAwait(false);
        try
        {
            var scope = parts.Services.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
                await handler.RunAsync(new OperationContext(taken, scope.ServiceProvider, action, parts.Store, parts.Json), ended.Token).ConfigureAwait(false);
            await action.CompleteAsync().ConfigureAwait(false);
            return null;
        }
#pragma warning disable CA1031 // Whatever the handler throws: told in the log, and the operation is tried again or given up.
        catch (Exception error)
#pragma warning restore CA1031
        {
            await action.DisposeAsync().ConfigureAwait(false); // before anybody is told: a part may be committed
            return error;
        }
        finally
        {
            parts.Counters.NoteAttempt(taken.Kind, parts.Time.GetElapsedTime(begun));
            await ended.CancelAsync().ConfigureAwait(false);
            await renewing.ConfigureAwait(false);
        }
    }

    /// <summary>Notes what became of it, as the database sees it: what is completed there is completed, whatever the handler threw afterwards.</summary>
    private async Task SettleAsync(Exception? error, CancellationToken stopping)
    {
        if (_isLost || error is OperationLostException) NoteLost();
        else if (error is OperationFailedException failed) await GiveUpAsync(failed.Failure, failed).ConfigureAwait(false);
        // The process ends: another one shall begin at once, and this is no failure of the work.
        else if (error is OperationCanceledException && stopping.IsCancellationRequested) await TryAgainAsync(error, TimeSpan.Zero, counts: false).ConfigureAwait(false);
        else if (taken.Attempt >= parts.Options.MaxAttempts) await GiveUpAsync(_givenUp, error).ConfigureAwait(false);
        else await TryAgainAsync(error, Delay, counts: true).ConfigureAwait(false);
    }

    // A handler that returned has committed, as a rule; then there is nothing to try again, and the database says so.
    private async Task TryAgainAsync(Exception? error, TimeSpan after, bool counts)
    {
        if (!await parts.Store.RetryAsync(taken.Held, after, counts, CancellationToken.None).ConfigureAwait(false)) await NoteEndedAsync(error).ConfigureAwait(false);
        else
        {
            if (error is null) parts.Logger.OperationNotCommitted(taken.Kind, taken.Held.Id);
            else parts.Logger.OperationTriedAgain(error, taken.Kind, taken.Held.Id, taken.Attempt, (long)after.TotalMilliseconds, error.GetType().Name);
            parts.Counters.Note(taken.Kind, OperationOutcome.Retried);
        }
    }

    private async Task GiveUpAsync(OperationFailure failure, Exception? error)
    {
        if (!await parts.Store.FailAsync(taken.Held, failure, CancellationToken.None).ConfigureAwait(false)) await NoteEndedAsync(error).ConfigureAwait(false);
        else
        {
            parts.Logger.OperationGivenUp(error, taken.Kind, taken.Held.Id, taken.Attempt, failure.Code);
            parts.Counters.Note(taken.Kind, OperationOutcome.Failed);
        }
    }

    /// <summary>It is no longer held: completed, or overtaken while it could not be renewed. A handler that returned has found it held when it completed it.</summary>
    private async Task NoteEndedAsync(Exception? error)
    {
        if (error is not null)
        {
            if (await parts.Store.FindAsync(taken.Held.Id, CancellationToken.None).ConfigureAwait(false) is { } found && found.Attempts > taken.Attempt)
            {
                NoteLost();
                return;
            }
            parts.Logger.OperationFailedAfterCommit(error, taken.Kind, taken.Held.Id, error.GetType().Name);
        }
        parts.Counters.Note(taken.Kind, OperationOutcome.Completed);
    }

    private void NoteLost()
    {
        parts.Logger.OperationLost(taken.Kind, taken.Held.Id);
        parts.Counters.Note(taken.Kind, OperationOutcome.Lost);
    }

    private TimeSpan Delay => TimeSpan.FromTicks((long)Math.Min(_longestDelay.Ticks, parts.Options.RetryDelay.Ticks * Math.Pow(2, taken.Attempt - 1)));

    private async Task RenewAsync(CancellationTokenSource ended)
    {
        var cancellationToken = ended.Token;
        while (true)
        {
            try
            {
                await Task.Delay(parts.Options.LeaseDuration / 3, parts.Time, cancellationToken).ConfigureAwait(false);
                if (await parts.Store.RenewAsync(taken.Held, parts.Options.LeaseDuration, cancellationToken).ConfigureAwait(false)) continue;
                _isLost = true;
                await ended.CancelAsync().ConfigureAwait(false); // what it does from here on can only be rolled back
                return;
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The database is away: at the next time it may be back, and if not, completing fails too.
            catch (Exception error)
#pragma warning restore CA1031
            {
                parts.Logger.OperationNotRenewed(error, taken.Kind, taken.Held.Id, error.GetType().Name);
            }
        }
    }
}

/// <summary>What attempts have in common.</summary>
internal sealed record OperationParts(
    IFreshet Freshet, IOperationStore Store, IServiceScopeFactory Services, EventData Json, OperationOptions Options, OperationCounters Counters, TimeProvider Time, ILogger Logger);
