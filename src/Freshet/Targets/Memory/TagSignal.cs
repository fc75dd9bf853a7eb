namespace Freshet;

/// <summary>When a tag that entries of a foreign memory cache carry was last invalidated. One object per tag, shared by all its tokens.</summary>
/// <remarks>
/// Invalidating is one write, whether one entry carries the tag or a hundred thousand: from then on every token reads as changed.
/// Their callbacks, which only give memory back, run afterwards and on another thread.
/// </remarks>
internal sealed class TagSignal(Tag tag)
{
    private readonly Lock _gate = new();
    private TagRegistration? _first; // guarded by _gate; a list linked through the registrations
    private long _invalidatedAt;     // written under the log's gate, one record after the other

    public Tag Tag => tag;

    /// <summary>Position of the last invalidation since this object was made; 0 when there was none.</summary>
    public long InvalidatedAt => Volatile.Read(ref _invalidatedAt);

    public bool HasRegistrations
    {
        get
        {
            lock (_gate) return _first is not null;
        }
    }

    public void Invalidate(long position) => Volatile.Write(ref _invalidatedAt, position);

    public void Add(TagRegistration registration)
    {
        lock (_gate)
        {
            registration.Next = _first;
            if (_first is not null) _first.Previous = registration;
            _first = registration;
        }
    }

    /// <returns>False when it was removed before.</returns>
    public bool Remove(TagRegistration registration)
    {
        lock (_gate) return RemoveLocked(registration);
    }

    /// <summary>Takes out the registrations whose tokens have changed.</summary>
    public List<TagRegistration> TakeChanged()
    {
        var changed = new List<TagRegistration>();
        lock (_gate)
        {
            for (var at = _first; at is not null;)
            {
                var next = at.Next;
                if (at.Token.HasChanged)
                {
                    RemoveLocked(at);
                    changed.Add(at);
                }
                at = next;
            }
        }
        return changed;
    }

    private bool RemoveLocked(TagRegistration registration)
    {
        if (registration.IsRemoved) return false;
        registration.IsRemoved = true;
        if (registration.Previous is { } previous) previous.Next = registration.Next;
        else _first = registration.Next;
        if (registration.Next is { } next) next.Previous = registration.Previous;
        registration.Previous = registration.Next = null;
        return true;
    }
}

/// <summary>A callback on one token.</summary>
internal sealed class TagRegistration(TagLinks links, TagChangeToken token, Action<object?> callback, object? state) : IDisposable
{
    // Guarded by the signal's gate.
    public TagRegistration? Previous;
    public TagRegistration? Next;
    public bool IsRemoved;

    public TagChangeToken Token => token;

    public void Run() => callback(state);

    public void Dispose()
    {
        if (token.Signal.Remove(this)) links.Forget(this);
    }
}
