using System.Collections.Concurrent;
using StackExchange.Redis;

namespace Freshet.Redis.Tests.Faults;

/// <summary>The source of truth of all nodes: a number for each key of each cell, in a second redis-server that nothing happens to. A write counts it up.</summary>
/// <remarks>One server, one number: what a commit has returned, every load that begins later reads.</remarks>
public sealed class VaultSource(IDatabase database, int longestLoad)
{
    private readonly ConcurrentDictionary<string, (int Running, int Most)> _running = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _held;    // set while loads are held
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _loads;

    public int Loads => Volatile.Read(ref _loads);

    /// <summary>Most loads of one query that ran at the same time.</summary>
    public int MostAtOnce => _running.Values.Select(each => each.Most).DefaultIfEmpty().Max();

    public async Task<long> CommitAsync(string cell, string key)
    {
        var version = await database.StringIncrementAsync($"{cell}:{key}");
        await Task.Yield(); // off the client's own thread, which completes the calls of everybody
        return version;
    }

    /// <summary>Reads the number, and returns it a moment later: what a write changes meanwhile is missing.</summary>
    public async Task<long> LoadAsync(string query, string cell, string key, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _loads);
        _running.AddOrUpdate(query, (1, 1), (_, each) => (each.Running + 1, Math.Max(each.Most, each.Running + 1)));
        try
        {
            var version = (long)await database.StringGetAsync($"{cell}:{key}");
            await Task.Yield(); // as above
            if (Random.Shared.Next(longestLoad + 1) is > 0 and var takes) await Task.Delay(takes, cancellationToken);
            if (Held() is { } held) await held.WaitAsync(cancellationToken);
            return version;
        }
        finally
        {
            _running.AddOrUpdate(query, (0, 0), (_, each) => (each.Running - 1, each.Most));
        }
    }

    /// <summary>Holds loads from now on, after they have read the number.</summary>
    /// <returns>Completes when one is held.</returns>
    public Task Hold()
    {
        lock (_gate)
        {
            _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _arrived.Task;
        }
    }

    public void Release()
    {
        lock (_gate)
        {
            _held?.SetResult();
            _held = null;
        }
    }

    private Task? Held()
    {
        lock (_gate)
        {
            if (_held is not null) _arrived.TrySetResult();
            return _held?.Task;
        }
    }
}
