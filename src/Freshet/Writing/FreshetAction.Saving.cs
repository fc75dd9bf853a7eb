namespace Freshet;

public sealed partial class FreshetAction
{
    /// <summary>The delivery that this action answers: written into the outbox's database by whatever saves the action's events, so that a second delivery of it finds the work done. Null for everything but a webhook.</summary>
    internal DeliveryClaim? Claim { get; set; }

    /// <summary>Takes what has to be written into the current transaction of an outbox's database. From here on the database decides over it.</summary>
    /// <remarks>
    /// A transaction that is given with nothing new raised since the last one is a unit of work that is tried again, with its
    /// <c>Raise</c> outside of what is repeated: it gets what the last one got. Writing a row that is there already changes nothing,
    /// so that what the earlier transaction did commit is not doubled.
    /// </remarks>
    /// <param name="outbox">Where it is saved.</param>
    /// <param name="transaction">The transaction, to be told from the next one; null when the caller keeps track itself.</param>
    /// <exception cref="TriggerException">The action has ended.</exception>
    internal ToSave TakeToSave(IOutbox outbox, object? transaction = null)
    {
        lock (_gate)
        {
            ThrowIfEnded("SaveOutbox");
            IsClaimSaved = Claim is not null;
            var taken = _pending.FindAll(intent => intent.SavedIn is null);
            if (taken.Count == 0 && transaction is not null)
                taken = _pending.FindAll(intent => ReferenceEquals(intent.SavedIn, outbox) && !ReferenceEquals(intent.SavedWith, transaction));
            if (taken.Count == 0) return new ToSave([], Claim);
            var by = Writer;
            return new ToSave(taken.ConvertAll(intent => intent.Save(outbox, transaction, by)), Claim);
        }
    }

    /// <summary>Whether the claim was written into a transaction: with that it is committed, or not.</summary>
    internal bool IsClaimSaved { get; private set; }

    /// <summary>What is saved in an outbox and not appended yet, in the order raised.</summary>
    internal IReadOnlyList<RecordDraft> SavedIn(IOutbox outbox)
    {
        lock (_gate) return [.. _pending.Where(intent => ReferenceEquals(intent.SavedIn, outbox)).Select(intent => intent.Draft)];
    }

    /// <summary>Drops what was saved and did not get into its transaction, because another action has committed the same delivery: by this one it did not happen. The rest stays uncertain.</summary>
    internal void Forget()
    {
        lock (_gate) _pending.RemoveAll(intent => intent.IsUnsaved);
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
    public bool IsEmpty => Drafts.Count == 0 && Claim is null;
}
