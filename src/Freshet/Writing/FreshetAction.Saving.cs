namespace Freshet;

public sealed partial class FreshetAction
{
    /// <summary>The delivery that this action answers: written into the outbox's database by whatever saves the action's events, so that a second delivery of it finds the work done. Null for everything but a webhook.</summary>
    internal DeliveryClaim? Claim { get; set; }

    /// <summary>Takes what has to be written into the current transaction of an outbox's database. From here on the database decides over it.</summary>
    /// <param name="outbox">Where it is saved.</param>
    /// <param name="again">
    /// Whether a call that finds nothing new gets what earlier ones got: for a caller that cannot tell one transaction from the next.
    /// Then this is a unit of work that is tried again, with its <c>Raise</c> outside of what is repeated. The ids are the same, and
    /// writing a row that is there already must change nothing: the earlier transaction may have been committed after all.
    /// </param>
    /// <exception cref="TriggerException">The action has ended.</exception>
    internal ToSave TakeToSave(IOutbox outbox, bool again = false)
    {
        lock (_gate)
        {
            ThrowIfEnded("SaveOutbox");
            IsClaimSaved = Claim is not null;
            var taken = _pending.FindAll(intent => intent.SavedIn is null && !intent.IsUndone);
            var isNew = taken.Count > 0;
            if (!isNew && again) taken = _pending.FindAll(intent => ReferenceEquals(intent.SavedIn, outbox) && !intent.IsCommitted);
            var by = Writer;
            return new ToSave(taken.ConvertAll(intent => intent.Save(outbox, unit: null, by)), Claim) { MayBeThere = !isNew };
        }
    }

    /// <summary>Whether the claim was written into a transaction: with that it is committed, or not.</summary>
    internal bool IsClaimSaved { get; private set; }

    /// <summary>What is saved in an outbox and not appended yet, in the order raised.</summary>
    internal IReadOnlyList<RecordDraft> SavedIn(IOutbox outbox)
    {
        lock (_gate) return [.. _pending.Where(intent => ReferenceEquals(intent.SavedIn, outbox)).Select(intent => intent.Draft)];
    }

    /// <summary>The database has said that these are committed: the end of the action need not ask.</summary>
    internal void NoteCommitted(IReadOnlySet<Guid> ids)
    {
        lock (_gate)
        {
            foreach (var intent in _pending)
            {
                if (ids.Contains(intent.Draft.Id)) intent.NoteCommitted();
            }
        }
    }

    /// <summary>Gives back what could not be written, or what was rolled back and belongs to the next unit of work.</summary>
    internal void Unsave(IReadOnlyCollection<Guid> ids)
    {
        lock (_gate)
        {
            foreach (var intent in _pending)
            {
                if (ids.Contains(intent.Draft.Id)) intent.Unsave();
            }
        }
    }
}

/// <summary>What an outbox writes into a transaction.</summary>
/// <param name="Drafts">The records to be, in the order raised; each with who appends it.</param>
/// <param name="Claim">The delivery that is worked off in it; null for none. Writing one's own claim again changes nothing.</param>
internal sealed record ToSave(IReadOnlyList<RecordDraft> Drafts, DeliveryClaim? Claim)
{
    /// <summary>Whether rows of it may be there already, of an earlier transaction that was committed after all. Never of what nobody has saved before.</summary>
    public bool MayBeThere { get; init; } = true;

    public bool IsEmpty => Drafts.Count == 0 && Claim is null;
}
