namespace Freshet;

/// <summary>A hold that this node placed for an action that has not ended.</summary>
/// <param name="writer">Who placed it.</param>
/// <param name="draft">Its record.</param>
/// <param name="placedAt">When, by the node's clock.</param>
internal sealed class OpenHold(Writer writer, RecordDraft draft, long placedAt)
{
    public Writer Writer => writer;

    public RecordDraft Draft => draft;

    public long PlacedAt => placedAt;

    /// <summary>The log that has it; null for none.</summary>
    public Epoch? Epoch { get; set; }

    /// <summary>Whether somebody ended it before its action did: it was overdue.</summary>
    public bool IsLost { get; set; }

    /// <summary>What ends it.</summary>
    public Release Release => new(draft.Id, draft.Holds!.Draft);
}

/// <summary>The holds this node has placed and not resolved: to place them again when the log has lost them, and to know which were lost.</summary>
internal sealed class OpenHolds
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, OpenHold> _open = []; // by the hold's own id; guarded by _gate, like what they hold

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _open.Count;
        }
    }

    public void Add(OpenHold hold)
    {
        lock (_gate) _open[hold.Draft.Id] = hold;
    }

    /// <summary>The log has it.</summary>
    /// <param name="hold">The hold.</param>
    /// <param name="epoch">The log's epoch.</param>
    /// <param name="tooLate">Whether nodes may have trusted the log before: then high queries were not kept from memory all the time.</param>
    public void NotePlaced(OpenHold hold, Epoch epoch, bool tooLate = false)
    {
        lock (_gate)
        {
            hold.Epoch = epoch;
            hold.IsLost |= tooLate;
        }
    }

    /// <summary>A record ended some.</summary>
    public void NoteReleased(IReadOnlyList<Release> releases)
    {
        lock (_gate)
        {
            foreach (var release in releases)
            {
                if (_open.TryGetValue(release.Id, out var hold)) hold.IsLost = true;
            }
        }
    }

    /// <summary>Its action has ended.</summary>
    /// <param name="hold">The hold.</param>
    /// <param name="epoch">The log's epoch.</param>
    /// <returns>Whether it stood until now.</returns>
    public bool Close(OpenHold hold, Epoch epoch)
    {
        lock (_gate) return _open.Remove(hold.Draft.Id) && !hold.IsLost && hold.Epoch == epoch;
    }

    /// <summary>Those that a log does not have.</summary>
    public IReadOnlyList<OpenHold> MissingIn(Epoch epoch)
    {
        lock (_gate) return _open.Count == 0 ? [] : [.. _open.Values.Where(hold => hold.Epoch is { } placed && placed != epoch && !hold.IsLost)];
    }
}
