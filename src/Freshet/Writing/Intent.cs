namespace Freshet;

/// <summary>What an action raised, until the log has it: the record to be, and the outbox that keeps it. Guarded by the action's gate.</summary>
/// <param name="draft">The record to be.</param>
/// <param name="raisedIn">The transactions that were open when it was raised; it shares their fate.</param>
/// <param name="followsAWrite">Whether the action had already made a write by then that is not theirs: it may be about that one.</param>
internal sealed class Intent(RecordDraft draft, IReadOnlyList<IUnitOfWork> raisedIn, bool followsAWrite = false)
{
    public RecordDraft Draft { get; private set; } = draft;

    /// <summary>The transactions that were open when it was raised. One as a rule; with several, nobody can tell which it belongs to.</summary>
    public IReadOnlyList<IUnitOfWork> RaisedIn => raisedIn;

    /// <summary>The outbox it was saved in; null when nothing but this process knows of it.</summary>
    public IOutbox? SavedIn { get; private set; }

    /// <summary>The transaction it was saved in, where whoever saved it watches transactions.</summary>
    public IUnitOfWork? SavedWith { get; private set; }

    /// <summary>Whether it must reach the log though the transaction it was saved in was not committed: it was raised outside of any, after a write that was committed on its own.</summary>
    public bool OutlivesItsSave => followsAWrite && raisedIn.Count == 0 && SavedWith is { Fate: not Fate.Open };

    /// <summary>Whether the database itself has said that it is committed, so that nobody need ask.</summary>
    public bool IsCommitted { get; private set; }

    /// <summary>It was raised after a savepoint that was rolled back to, and not saved: it never happened.</summary>
    public bool IsUndone { get; private set; }

    /// <summary>It goes into a transaction: from here on its fate is the transaction's.</summary>
    public RecordDraft Save(IOutbox outbox, IUnitOfWork? unit, Writer by)
    {
        (SavedIn, SavedWith) = (outbox, unit);
        return Draft = Draft with { IsDurable = true, By = Draft.By ?? by };
    }

    /// <summary>It did not get into the transaction.</summary>
    public void Unsave()
    {
        (SavedIn, SavedWith) = (null, null);
        Draft = Draft with { IsDurable = false };
    }

    /// <summary>Goes on as another one of its own, and returns the one that was saved where nobody knows whether it was committed.</summary>
    /// <remarks>
    /// Under the same id it could come too early: the first transaction was committed, though its commit got no answer -> the relay
    /// appends its row -> the unit of work is tried again and commits -> its row is there already, and in the log too. What was
    /// loaded between the two would stand.
    /// </remarks>
    public Intent Part()
    {
        var saved = new Intent(Draft, raisedIn) { SavedIn = SavedIn };
        Unsave();
        Draft = Draft with { Id = RecordId.Next() };
        return saved;
    }

    public void NoteCommitted() => IsCommitted = true;

    public void Undo() => IsUndone = true;
}
