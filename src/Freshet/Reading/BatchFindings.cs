namespace Freshet;

/// <summary>What a loader of many values read in turn: it belongs to every value of the batch, and is handed to them when the loader has returned.</summary>
/// <remarks>Not at once: five hundred values that each take in five hundred tags, one by one, would take longer than the load.</remarks>
internal sealed class BatchFindings(IReadOnlyList<LoadContext> contexts)
{
    private readonly Lock _gate = new();
    private readonly HashSet<Tag> _tags = [];
    private long _livesUntil = long.MaxValue;
    private bool _isCacheable = true;

    /// <summary>The loads that the same call serves.</summary>
    public IReadOnlyList<LoadContext> Contexts => contexts;

    public void Include(Entry entry)
    {
        lock (_gate)
        {
            foreach (var mark in entry.Marks) _tags.Add(mark.Tag);
            _livesUntil = Math.Min(_livesUntil, entry.ExpiresAt);
            _isCacheable &= entry.IsCacheable;
        }
    }

    /// <summary>Hands it to every load of the batch.</summary>
    public void AddToAll()
    {
        lock (_gate)
        {
            foreach (var context in contexts) context.TakeOver(_tags, _livesUntil, _isCacheable);
        }
    }
}
