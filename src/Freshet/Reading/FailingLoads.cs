namespace Freshet;

/// <summary>Keys whose loads fail while a value of theirs is still at hand: since when, and when the source is asked next.</summary>
/// <remarks>Not in the entry: a few keys fail, and a million entries would each carry the fields.</remarks>
internal sealed class FailingLoads<TArgs> where TArgs : notnull
{
    /// <summary>How long a source that failed is left alone by readers who can be answered without it.</summary>
    internal const long PauseMilliseconds = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<TArgs, Failure> _failures = [];
    private int _count;

    private readonly record struct Failure(long Since, long RetryAt);

    /// <summary>Notes that a load failed, or takes too long for its reader.</summary>
    /// <param name="args">Its key.</param>
    /// <param name="now">The node's clock.</param>
    /// <param name="pause">Whether the source is to be left alone for a while.</param>
    /// <returns>Since when loads of the key have failed.</returns>
    public long Note(TArgs args, long now, bool pause)
    {
        lock (_gate)
        {
            var since = _failures.TryGetValue(args, out var failure) ? failure.Since : now;
            _failures[args] = new Failure(since, pause ? now + PauseMilliseconds : Math.Max(failure.RetryAt, 0));
            Volatile.Write(ref _count, _failures.Count);
            return since;
        }
    }

    /// <summary>Whether the source was asked in vain a moment ago.</summary>
    public bool IsPaused(TArgs args, long now)
    {
        if (Volatile.Read(ref _count) == 0) return false;
        lock (_gate) return _failures.TryGetValue(args, out var failure) && now < failure.RetryAt;
    }

    /// <summary>A load succeeded: whatever fails next fails anew.</summary>
    public void Forget(TArgs args)
    {
        if (Volatile.Read(ref _count) == 0) return;
        lock (_gate)
        {
            _failures.Remove(args);
            Volatile.Write(ref _count, _failures.Count);
        }
    }

    /// <summary>Forgets the keys that have no value at hand any more.</summary>
    public void ForgetUnless(Func<TArgs, bool> hasValue)
    {
        if (Volatile.Read(ref _count) == 0) return;
        lock (_gate)
        {
            foreach (var args in _failures.Keys.ToList())
            {
                if (!hasValue(args)) _failures.Remove(args);
            }
            Volatile.Write(ref _count, _failures.Count);
        }
    }
}
