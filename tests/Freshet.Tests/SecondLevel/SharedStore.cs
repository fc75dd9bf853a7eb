using System.Collections.Concurrent;

namespace Freshet.Tests.SecondLevel;

/// <summary>A second level in memory with a clock of its own, that can be slow, broken, or forget to tell.</summary>
internal sealed class SharedStore : ISecondLevel
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (byte[] Bytes, LogPosition LoadedAt, DateTimeOffset ExpiresAt)> _entries = [];
    private readonly Dictionary<string, (Guid Holder, DateTimeOffset LapsesAt)> _locks = [];
    private readonly List<(string Key, TaskCompletionSource Unlocked)> _listeners = [];
    private readonly ConcurrentQueue<string> _calls = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TestTimeProvider Time { get; } = new();

    /// <summary>Every call so far: <c>get</c>, <c>set</c>, <c>lock</c>, <c>unlock</c>.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>Thrown by every call.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Thrown by every call that stores.</summary>
    public Exception? StoreFailure { get; set; }

    /// <summary>Held up by it: the next call of a kind, before it does anything.</summary>
    public ConcurrentDictionary<string, Gate> Hold { get; } = new();

    /// <summary>Whether nobody is told that a lock was given back.</summary>
    public bool LosesNews { get; set; }

    /// <summary>Whether what is stored never expires.</summary>
    public bool KeepsForGood { get; set; }

    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_gate) return [.. _entries.Keys];
        }
    }

    public byte[] this[string key]
    {
        get
        {
            lock (_gate) return _entries[key].Bytes;
        }
        set
        {
            lock (_gate) _entries[key] = (value, default, Time.GetUtcNow().AddHours(1));
        }
    }

    public int Count(string call) => _calls.Count(each => each == call);

    /// <summary>Completes when that many calls of a kind have been made.</summary>
    public async Task WhenCalledAsync(string call, int times)
    {
        while (true)
        {
            Task changed;
            lock (_gate) changed = _changed.Task;
            if (Count(call) >= times) return;
            await changed.WaitAsync(TimeSpan.FromSeconds(30)); // a watchdog
        }
    }

    public async ValueTask<StoredBytes?> GetAsync(string key, CancellationToken cancellationToken)
    {
        await EnterAsync("get", cancellationToken);
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var entry)) return null;
            var remaining = entry.ExpiresAt - Time.GetUtcNow();
            if (remaining <= TimeSpan.Zero && !KeepsForGood) return null;
            return new StoredBytes(entry.Bytes, KeepsForGood ? null : remaining);
        }
    }

    public async ValueTask<bool> SetAsync(string key, LogPosition loadedAt, TimeSpan livesFor, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        await EnterAsync("set", cancellationToken);
        if (StoreFailure is { } full) throw full;
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var there) && there.LoadedAt.Epoch == loadedAt.Epoch && there.LoadedAt.Position > loadedAt.Position) return false;
            _entries[key] = (value.ToArray(), loadedAt, Time.GetUtcNow() + livesFor);
            return true;
        }
    }

    public async ValueTask<bool> TryLockAsync(string key, Guid holder, TimeSpan lapse, CancellationToken cancellationToken)
    {
        await EnterAsync("lock", cancellationToken);
        lock (_gate)
        {
            if (_locks.TryGetValue(key, out var held) && held.LapsesAt > Time.GetUtcNow()) return false;
            _locks[key] = (holder, Time.GetUtcNow() + lapse);
            return true;
        }
    }

    public async ValueTask UnlockAsync(string key, Guid holder, CancellationToken cancellationToken)
    {
        await EnterAsync("unlock", cancellationToken);
        List<TaskCompletionSource> told = [];
        lock (_gate)
        {
            if (!_locks.TryGetValue(key, out var held) || held.Holder != holder) return;
            _locks.Remove(key);
            if (LosesNews) return;
            told.AddRange(_listeners.Where(each => each.Key == key).Select(each => each.Unlocked));
            _listeners.RemoveAll(each => each.Key == key);
        }
        told.ForEach(each => each.TrySetResult());
    }

    public Task WhenUnlockedAsync(string key, CancellationToken cancellationToken)
    {
        var unlocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate) _listeners.Add((key, unlocked));
        return unlocked.Task.WaitAsync(cancellationToken);
    }

    private async Task EnterAsync(string call, CancellationToken cancellationToken)
    {
        _calls.Enqueue(call);
        lock (_gate)
        {
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        if (Hold.TryRemove(call, out var gate)) await gate.PassAsync(cancellationToken);
        if (Failure is { } failure) throw failure;
    }
}
