namespace Freshet.Simulation;

/// <summary>The store that nodes share behind their memory, on a clock of its own.</summary>
internal sealed class SimSecondLevel(Scheduler scheduler, History history, Lane lane)
{
    private readonly Dictionary<string, (byte[] Bytes, LogPosition LoadedAt, long ExpiresAt)> _entries = [];
    private readonly Dictionary<string, (Guid Holder, long LapsesAt)> _locks = [];

    public Lane Lane => lane;

    /// <summary>Those who wait to hear that a lock was given back.</summary>
    public List<(string Key, Action Tell)> Listeners { get; } = [];

    public StoredBytes? Get(string key)
    {
        if (!_entries.TryGetValue(key, out var entry)) return null;
        var remaining = entry.ExpiresAt - scheduler.Now;
        return remaining <= 0 ? null : new StoredBytes(entry.Bytes, TimeSpan.FromTicks(remaining));
    }

    public bool Set(string key, LogPosition loadedAt, TimeSpan livesFor, byte[] bytes, long sentAt)
    {
        history.LongestStoring = Math.Max(history.LongestStoring, scheduler.Now - sentAt);
        if (_entries.TryGetValue(key, out var there) && there.ExpiresAt > scheduler.Now && there.LoadedAt.Epoch == loadedAt.Epoch && there.LoadedAt.Position > loadedAt.Position) return false;
        _entries[key] = (bytes, loadedAt, scheduler.Now + livesFor.Ticks);
        return true;
    }

    public bool TryLock(string key, Guid holder, TimeSpan lapse)
    {
        if (_locks.TryGetValue(key, out var held) && held.LapsesAt > scheduler.Now) return false;
        _locks[key] = (holder, scheduler.Now + lapse.Ticks);
        return true;
    }

    public bool Unlock(string key, Guid holder)
    {
        if (!_locks.TryGetValue(key, out var held) || held.Holder != holder) return false;
        _locks.Remove(key);
        foreach (var (_, tell) in Listeners.Where(each => each.Key == key).ToList()) tell();
        Listeners.RemoveAll(each => each.Key == key);
        return true;
    }

    /// <summary>Loses everything, as when it runs out of memory or restarts.</summary>
    public void Flush() => _entries.Clear();
}

/// <summary>One process's way to the second level.</summary>
internal sealed class StoreWire(Scheduler scheduler, SimSecondLevel store, Lane lane, NodeLink link, Conditions conditions, Chance chance) : ISecondLevel
{
    public ValueTask<StoredBytes?> GetAsync(string key, CancellationToken cancellationToken) => new(CallAsync(() => store.Get(key)));

    public ValueTask<bool> SetAsync(string key, LogPosition loadedAt, TimeSpan livesFor, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var (bytes, sentAt) = (value.ToArray(), scheduler.Now);
        return new(CallAsync(() => store.Set(key, loadedAt, livesFor, bytes, sentAt), conditions.Storing.Ticks));
    }

    public ValueTask<bool> TryLockAsync(string key, Guid holder, TimeSpan lapse, CancellationToken cancellationToken) => new(CallAsync(() => store.TryLock(key, holder, lapse)));

    public ValueTask UnlockAsync(string key, Guid holder, CancellationToken cancellationToken) => new(CallAsync(() => store.Unlock(key, holder)));

    public Task WhenUnlockedAsync(string key, CancellationToken cancellationToken)
    {
        var told = new System.Threading.Tasks.TaskCompletionSource();
        cancellationToken.UnsafeRegister(static told => ((System.Threading.Tasks.TaskCompletionSource)told!).TrySetCanceled(), told);
        scheduler.After(Latency(), store.Lane, () => store.Listeners.Add((key, () => scheduler.After(Latency(), lane, () => told.TrySetResult()))));
        return told.Task;
    }

    private Task<T> CallAsync<T>(Func<T> step, long slower = 0)
    {
        var answered = new System.Threading.Tasks.TaskCompletionSource<T>();
        if (!link.ReachesStore || (conditions.SecondLevelFails > 0 && chance.Is(conditions.SecondLevelFails)))
        {
            if (chance.Is(0.5)) scheduler.After(Latency(), lane, () => answered.TrySetException(new IOException("The second level cannot be reached.")));
            return answered.Task;
        }
        scheduler.After(Latency() + slower, store.Lane, () =>
        {
            var reply = step();
            if (conditions.SecondLevelFails > 0 && chance.Is(conditions.SecondLevelFails)) return;
            scheduler.After(Latency(), lane, () => answered.TrySetResult(reply));
        });
        return answered.Task;
    }

    private long Latency() => conditions.SecondLevelFails > 0 && chance.Is(0.1)
        ? TimeSpan.FromMilliseconds(chance.Between(5, 400)).Ticks
        : TimeSpan.FromMilliseconds(chance.Between(0.05, 0.6)).Ticks;
}
