namespace Freshet;

/// <summary>Gives memory back while the machine is short of it: a tenth of the entries at a time.</summary>
/// <param name="store">The node's entries.</param>
/// <param name="read">Tells how memory stands.</param>
internal sealed class PressureRelief(NodeStore store, Func<MemoryReading> read)
{
    private const int Share = 10;

    private long _lastCollection = -1;

    /// <summary>Evicts a tenth of the entries if the last collection found memory scarce.</summary>
    /// <returns>How many were evicted.</returns>
    /// <remarks>
    /// Once per collection: the reading does not change until the next one, which alone can show what the last tenth gave back. Else
    /// one collection at a bad moment would empty the store tenth by tenth, while nothing allocates enough to bring about another.
    /// </remarks>
    public int Relieve()
    {
        var reading = read();
        if (!reading.IsScarce || reading.Collection == _lastCollection) return 0;
        _lastCollection = reading.Collection;
        return store.Trim((store.Count + Share - 1) / Share);
    }
}
