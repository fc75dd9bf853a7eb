namespace Freshet;

/// <summary>What an action raised, until the log has it: the record to be, and the outbox that keeps it. Guarded by the action's gate.</summary>
internal sealed class Intent(RecordDraft draft)
{
    public RecordDraft Draft { get; private set; } = draft;

    /// <summary>The outbox it was saved in; null when nothing but this process knows of it.</summary>
    public IOutbox? SavedIn { get; private set; }

    /// <summary>The transaction it was saved in, where whoever saved it tells; compared, never used.</summary>
    public object? SavedWith { get; private set; }

    /// <summary>Whether it was to get into a transaction, and did not.</summary>
    public bool IsUnsaved { get; private set; }

    /// <summary>It goes into a transaction: from here on its fate is the transaction's.</summary>
    public RecordDraft Save(IOutbox outbox, object? transaction, Writer by)
    {
        (SavedIn, SavedWith, IsUnsaved) = (outbox, transaction, false);
        return Draft = Draft with { IsDurable = true, By = Draft.By ?? by };
    }

    /// <summary>It did not get into the transaction.</summary>
    public void Unsave()
    {
        (SavedIn, SavedWith, IsUnsaved) = (null, null, true);
        Draft = Draft with { IsDurable = false };
    }
}
