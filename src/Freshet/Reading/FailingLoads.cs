namespace Freshet;

/// <summary>Keys whose loads fail while a value of theirs is still at hand: since when, and when the source is asked next.</summary>
/// <remarks>Not in the entry: a few keys fail, and a million entries would each carry the fields. But of that entry: its successor fails anew.</remarks>
internal sealed class FailingLoads<TArgs> where TArgs : notnull
{
    /// <summary>How long a source that failed is left alone by readers who can be answered without it.</summary>
    internal const long PauseMilliseconds = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<TArgs, Failure> _failures = [];
    private int _count;

    private readonly record struct Failure(Entry Of, long Since, long RetryAt, long AtPosition);

    /// <summary>Notes that a load failed, or takes too long for its reader.</summary>
    /// <param name="args">Its key.</param>
    /// <param name="of">The value that is still at hand.</param>
    /// <param name="now">The node's clock.</param>
    /// <param name="position">The position this node has applied.</param>
    /// <param name="pause">Whether the source is to be left alone for a while.</param>
    /// <returns>Since when loads of that value's successor have failed.</returns>
    public long Note(TArgs args, Entry of, long now, long position, bool pause)
    {
        lock (_gate)
        {
            var failure = _failures.TryGetValue(args, out var known) && ReferenceEquals(known.Of, of) ? known : new Failure(of, now, 0, 0);
            if (pause) failure = failure with { RetryAt = now + PauseMilliseconds, AtPosition = position };
            _failures[args] = failure;
            Volatile.Write(ref _count, _failures.Count);
            return failure.Since;
        }
    }

    /// <summary>Whether nothing fails: then nothing more needs asking.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>Whether the source was asked in vain a moment ago, and nothing was invalidated since: who writes wants to see it.</summary>
    public bool IsPaused(TArgs args, long now)
    {
        if (IsEmpty) return false;
        lock (_gate)
        {
            return _failures.TryGetValue(args, out var failure) && now < failure.RetryAt
                && !Entry.InvalidatedAfterLoad(failure.AtPosition, failure.Of.Marks);
        }
    }

    /// <summary>Forgets the values that are not at hand any more.</summary>
    public void ForgetUnless(Func<Entry, bool> isKept)
    {
        if (IsEmpty) return;
        lock (_gate)
        {
            foreach (var (args, failure) in _failures.ToList())
            {
                if (!isKept(failure.Of)) _failures.Remove(args);
            }
            Volatile.Write(ref _count, _failures.Count);
        }
    }
}
