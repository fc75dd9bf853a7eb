using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.Extensions.Hosting;

namespace Freshet;

/// <summary>Works off operations of the kinds that this process has handlers for, as many at once as it may.</summary>
internal sealed class OperationWorker : BackgroundService
{
    private const int MostPruned = 1_000;
    private static readonly TimeSpan _pruneInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(30);
    private readonly OperationParts _parts;
    private readonly FrozenDictionary<string, OperationHandler> _handlers;
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly SemaphoreSlim _slots;
    private readonly BackOff _pause;
    private long? _prunedAt;
    private bool _isAway;

    public OperationWorker(IEnumerable<OperationHandler> handlers, OperationParts parts)
    {
        _parts = parts;
        _handlers = handlers.ToFrozenDictionary(handler => handler.Kind, StringComparer.Ordinal);
        _slots = new SemaphoreSlim(parts.Options.MaxConcurrent);
        _pause = new BackOff(parts.Options.PollInterval, _longestPause);
    }

    public override void Dispose()
    {
        _slots.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested) await StepAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
        await Task.WhenAll(_running.Keys).ConfigureAwait(false);
    }

    /// <summary>Takes one operation and lets it run, or waits.</summary>
    private async Task StepAsync(CancellationToken stopping)
    {
        await _slots.WaitAsync(stopping).ConfigureAwait(false);
        var pause = _parts.Options.PollInterval;
        try
        {
            if (await _parts.Store.TakeAsync(_handlers.Keys, _parts.Options.LeaseDuration, stopping).ConfigureAwait(false) is { } taken)
            {
                NoteBack();
                var attempt = RunAsync(taken, stopping);
                _running[attempt] = true;
                // After it was put there, or an attempt that ends at once would stay for good.
                _ = attempt.ContinueWith(ended => _running.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                return;
            }
            NoteBack();
            await PruneAsync(stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // The database is away, or something is wrong with it: said once, and tried again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (!_isAway) _parts.Logger.OperationsNotTaken(error, error.GetType().Name);
            _isAway = true;
            pause = _pause.Next();
        }
        _slots.Release();
        await Task.Delay(pause, _parts.Time, stopping).ConfigureAwait(false);
    }

    private async Task RunAsync(TakenOperation taken, CancellationToken stopping)
    {
        await Task.Yield(); // a handler that blocks before its first await must not keep the next operation from being taken
        try
        {
            await new OperationAttempt(taken, _handlers[taken.Kind], _parts).RunAsync(stopping).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }
    }

    private void NoteBack()
    {
        if (_isAway) _parts.Logger.OperationsTakenAgain();
        _isAway = false;
        _pause.StartOver();
    }

    private async Task PruneAsync(CancellationToken stopping)
    {
        if (_prunedAt is { } last && _parts.Time.GetElapsedTime(last) < _pruneInterval) return;
        while (await _parts.Store.PruneAsync(_parts.Options.Retention, MostPruned, stopping).ConfigureAwait(false) == MostPruned)
        {
            // The next part.
        }
        _prunedAt = _parts.Time.GetTimestamp();
    }
}
