namespace Freshet;

public sealed partial class FreshetAction
{
    private readonly List<Entered> _units = []; // guarded by _gate
    private IUnitOfWork? _claimSavedWith;       // guarded by _gate
    private volatile bool _hasWritten;

    /// <summary>A transaction of this action, and those that were open when it began.</summary>
    private sealed record Entered(IUnitOfWork Unit, IReadOnlyList<IUnitOfWork> Beside);

    /// <summary>Whether there is anything that the next transaction would have to save, whichever it is.</summary>
    internal bool HasToSave
    {
        get
        {
            lock (_gate) return !_ended && (WantsClaim(null) || _pending.Exists(intent => MayGoInto(intent, null, withUnbound: true)));
        }
    }

    /// <summary>Whether nothing more can be raised or saved.</summary>
    internal bool HasEnded => _ended;

    /// <summary>This action writes in a transaction: what it raises from now on shares its fate. Entering it again changes nothing.</summary>
    internal void Enter(IUnitOfWork unit)
    {
        lock (_gate)
        {
            if (_ended || _units.Exists(each => ReferenceEquals(each.Unit, unit))) return;
            _units.Add(new Entered(unit, [.. _units.Select(each => each.Unit).Where(each => each.Fate == Fate.Open)]));
        }
        unit.Join(this);
    }

    /// <summary>This action made a write outside of any transaction, which is committed by now.</summary>
    internal void NoteWrite() => _hasWritten = true;

    /// <summary>Takes what has to be written into a transaction. From here on the database decides over it.</summary>
    /// <remarks>
    /// What was raised within a transaction goes into that one only. What was raised outside goes into the next, and once more when
    /// that one was not committed: a unit of work is tried again, with its <c>Raise</c> outside of what is repeated.
    /// </remarks>
    /// <param name="outbox">Where it is saved.</param>
    /// <param name="unit">The transaction.</param>
    /// <param name="withUnbound">Whether to take what was raised outside any transaction too.</param>
    /// <returns>Nothing when the action has ended.</returns>
    internal ToSave TakeToSave(IOutbox outbox, IUnitOfWork unit, bool withUnbound)
    {
        lock (_gate)
        {
            if (_ended) return new ToSave([], null);
            var (drafts, by) = (new List<RecordDraft>(), Writer);
            for (var i = 0; i < _pending.Count; i++)
            {
                var intent = _pending[i];
                if (!MayGoInto(intent, unit, withUnbound)) continue;
                if (intent.SavedWith is { Fate: Fate.Unknown }) _pending.Insert(i++, intent.Part());
                drafts.Add(intent.Save(outbox, unit, by));
            }
            return new ToSave(drafts, withUnbound && WantsClaim(unit) ? TakeClaim(unit) : null);
        }
    }

    /// <summary>Gives back what could not be written.</summary>
    internal void Unsave(ToSave taken)
    {
        Unsave([.. taken.Drafts.Select(draft => draft.Id)]);
        lock (_gate)
        {
            if (taken.Claim is not null) _claimSavedWith = null;
        }
    }

    /// <summary>A transaction was rolled back to a savepoint, and what it had saved by then is in the database's hands. What was raised in it and not saved came after the savepoint.</summary>
    internal void UndoUnsaved(IUnitOfWork unit)
    {
        lock (_gate)
        {
            foreach (var intent in _pending)
            {
                if (intent.SavedIn is null && intent.RaisedIn is [var only] && ReferenceEquals(only, unit)) intent.Undo();
            }
        }
    }

    private static bool MayGoInto(Intent intent, IUnitOfWork? unit, bool withUnbound)
    {
        if (intent.IsUndone) return false;
        if (intent.RaisedIn.Count == 0 ? !withUnbound : unit is null || !intent.RaisedIn.Contains(unit)) return false;
        return intent.SavedIn is null
            || (intent.SavedWith is { } earlier && !ReferenceEquals(earlier, unit) && earlier.Fate is Fate.RolledBack or Fate.Unknown);
    }

    private bool WantsClaim(IUnitOfWork? unit) =>
        Claim is not null && (_claimSavedWith is null || (!ReferenceEquals(_claimSavedWith, unit) && _claimSavedWith.Fate is Fate.RolledBack or Fate.Unknown));

    private DeliveryClaim TakeClaim(IUnitOfWork unit)
    {
        // As somebody else's, when the first transaction may have been committed: then the work is done, and this is a second delivery of it.
        if (_claimSavedWith?.Fate == Fate.Unknown) Claim = new DeliveryClaim(Claim!.Source, Claim.Delivery);
        (_claimSavedWith, IsClaimSaved) = (unit, true);
        return Claim!;
    }

    /// <summary>Something is raised: in the open transactions of this action and of those around it, and perhaps after a write of theirs.</summary>
    private Intent IntentTo(RecordDraft draft)
    {
        var (open, followsAWrite) = ((List<IUnitOfWork>?)null, false);
        for (var at = _ambient; at is not null; at = at.Outer)
        {
            if (at.Action is not { } action || !at.IsOf(_owner)) continue;
            followsAWrite |= action._hasWritten;
            lock (action._gate)
            {
                foreach (var (unit, _) in action._units)
                {
                    var fate = unit.Fate;
                    followsAWrite |= fate is Fate.Committed or Fate.Unknown;
                    if (unit.Gathers && fate == Fate.Open && open?.Contains(unit) != true) (open ??= []).Add(unit);
                }
            }
        }
        foreach (var unit in open ?? []) Enter(unit);
        return new Intent(draft, open ?? [], followsAWrite);
    }

    /// <summary>What became of what was raised within transactions and not saved.</summary>
    private Fate FateOf(Intent intent)
    {
        if (intent.IsUndone) return Fate.RolledBack;
        var fates = intent.RaisedIn.Select(unit => unit.Fate).ToHashSet();
        if (fates.Contains(Fate.Open)) return Fate.Open;
        if (fates.Contains(Fate.Committed)) return Fate.Committed;
        return fates is { Count: 1 } && fates.Contains(Fate.RolledBack) && !WasBesideACommitted(intent) ? Fate.RolledBack : Fate.Unknown;
    }

    // Two flows of one action may each write in a transaction of their own, and nothing tells which of them raised what. Where one
    // was committed, nothing is dropped that may belong to it.
    private bool WasBesideACommitted(Intent intent)
    {
        lock (_gate)
        {
            return _units.Exists(entered =>
                (entered.Unit.Fate == Fate.Committed && intent.RaisedIn.Any(entered.Beside.Contains))
                || (intent.RaisedIn.Contains(entered.Unit) && entered.Beside.Any(beside => beside.Fate == Fate.Committed)));
        }
    }
}
