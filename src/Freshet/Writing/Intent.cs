namespace Freshet;

/// <summary>What an action raised, until the log has it: the record to be, and the outbox that keeps it. Guarded by the action's gate.</summary>
internal sealed class Intent(RecordDraft draft)
{
    public RecordDraft Draft { get; private set; } = draft;

    /// <summary>The outbox it was saved in; null when nothing but this process knows of it.</summary>
    public IOutbox? SavedIn { get; private set; }

    /// <summary>It goes into a transaction: from here on its fate is the transaction's.</summary>
    public RecordDraft Save(IOutbox outbox, Writer by)
    {
        SavedIn = outbox;
        return Draft = Draft with { IsDurable = true, By = Draft.By ?? by };
    }

    /// <summary>It did not get into the transaction.</summary>
    public void Unsave()
    {
        SavedIn = null;
        Draft = Draft with { IsDurable = false };
    }
}
