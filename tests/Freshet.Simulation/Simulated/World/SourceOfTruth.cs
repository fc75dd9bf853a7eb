namespace Freshet.Simulation;

/// <summary>The database: rows with versions, a primary and a replica that lags. A row is locked by who writes it, so versions commit in their order.</summary>
internal sealed class SourceOfTruth(Scheduler scheduler, int keys, long lag)
{
    private readonly Cell[] _rows = [.. Enumerable.Range(0, keys).Select(_ => new Cell())];

    public int Keys => keys;

    /// <summary>Locks a row for a write. Null while another write holds it.</summary>
    /// <returns>The version the write will commit.</returns>
    public long? TryLock(int key, int write)
    {
        var row = _rows[key];
        if (row.Holder is not null) return null;
        row.Holder = write;
        return row.Committed[^1].Version + 1;
    }

    /// <summary>Commits: whoever reads from now on sees it.</summary>
    public void Commit(int key, int write, long version)
    {
        if (_rows[key].Holder != write) throw new IOException("The transaction is gone.");
        _rows[key].Committed.Add((scheduler.Now, version));
        _rows[key].Holder = null;
    }

    /// <summary>Rolls back what is not committed.</summary>
    public void Release(int key, int write)
    {
        if (_rows[key].Holder == write) _rows[key].Holder = null;
    }

    public long Read(int key) => _rows[key].Committed[^1].Version;

    public long ReadReplica(int key)
    {
        var rows = _rows[key].Committed;
        for (var i = rows.Count - 1; i > 0; i--)
        {
            if (rows[i].At <= scheduler.Now - lag) return rows[i].Version;
        }
        return 0;
    }

    private sealed class Cell
    {
        public List<(long At, long Version)> Committed { get; } = [(0, 0)];

        public int? Holder { get; set; }
    }
}
