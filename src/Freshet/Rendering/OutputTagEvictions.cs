namespace Freshet;

/// <summary>Evictions by output caching's own tags, for renders that began before them. Guarded by <see cref="RenderedOutputs"/>'s gate.</summary>
internal sealed class OutputTagEvictions
{
    /// <summary>How many are remembered. A render that has seen more go by is taken to carry one of those forgotten.</summary>
    internal const int Remembered = 1_000;

    private readonly Queue<string> _last = new();

    /// <summary>How many there have been.</summary>
    public long Count { get; private set; }

    public void Note(string outputTag)
    {
        Count++;
        _last.Enqueue(outputTag);
        if (_last.Count > Remembered) _last.Dequeue();
    }

    /// <summary>Whether one of these tags was evicted after so many evictions.</summary>
    public bool HaveSince(long count, IReadOnlyList<string> outputTags)
    {
        var since = Count - count;
        if (since == 0 || outputTags.Count == 0) return false;
        if (since > _last.Count) return true;
        return _last.Skip(_last.Count - (int)since).Any(outputTags.Contains);
    }
}
