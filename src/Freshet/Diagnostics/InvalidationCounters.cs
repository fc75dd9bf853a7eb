using System.Collections.Concurrent;

namespace Freshet;

/// <summary>What kind of invalidation: bounded by the declarations, since a tag counts by its kind and never by its keys.</summary>
internal readonly record struct InvalidationSort(string? Event, string Call, TriggerKind Trigger, string TagKind, InvalidationKind Kind);

/// <summary>The invalidations this node has appended.</summary>
internal sealed class InvalidationCounters
{
    private readonly ConcurrentDictionary<InvalidationSort, Cell> _counts = new();
    private readonly ConcurrentDictionary<string, bool> _raised = new(StringComparer.Ordinal);

    /// <summary>How many of each sort.</summary>
    public IEnumerable<KeyValuePair<InvalidationSort, long>> All =>
        _counts.Select(each => new KeyValuePair<InvalidationSort, long>(each.Key, each.Value.Count));

    public void Note(IReadOnlyList<LogRecord> records)
    {
        foreach (var record in records)
        {
            // Apart from its invalidations: an event whose list of things is empty touches none, and was raised all the same.
            if (record.Event is { } raised && !_raised.ContainsKey(raised)) _raised.TryAdd(raised, true);
            foreach (var invalidation in record.Invalidations)
            {
                var sort = new InvalidationSort(record.Event, record.Call, record.Trigger, invalidation.Tag.Kind, invalidation.Kind);
                _counts.GetOrAdd(sort, static _ => new Cell()).Increment();
            }
        }
    }

    /// <summary>Whether an event of this name was ever raised.</summary>
    public bool WasRaised(string @event) => _raised.ContainsKey(@event);

    /// <summary>Invalidations by kind of tag.</summary>
    public Dictionary<string, long> ByTagKind()
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (sort, count) in All) counts[sort.TagKind] = counts.GetValueOrDefault(sort.TagKind) + count;
        return counts;
    }

    private sealed class Cell
    {
        private long _count;

        public long Count => Interlocked.Read(ref _count);

        public void Increment() => Interlocked.Increment(ref _count);
    }
}
