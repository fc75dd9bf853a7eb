namespace Freshet.EntityFrameworkCore;

/// <summary>A transaction, the actions that write in it, and what they left to it.</summary>
internal abstract class Unit : IUnitOfWork
{
    private readonly Lock _gate = new();
    private readonly List<FreshetAction> _actions = []; // guarded by _gate
    private List<RecordDraft> _left = [];               // guarded by _gate: raised by actions that have ended
    private bool _isTaking = true;                      // guarded by _gate: whether there will be a save after this

    public abstract Fate Fate { get; }

    public abstract bool Gathers { get; }

    public void Join(FreshetAction action)
    {
        lock (_gate)
        {
            if (!_actions.Contains(action)) _actions.Add(action);
        }
    }

    public bool TryLeave(RecordDraft draft)
    {
        lock (_gate)
        {
            if (!_isTaking) return false;
            _left.Add(draft);
            return true;
        }
    }

    /// <summary>The actions to save for. Those that have ended are forgotten: what they raised in it was left.</summary>
    public IReadOnlyList<FreshetAction> Actions
    {
        get
        {
            lock (_gate)
            {
                _actions.RemoveAll(action => action.HasEnded);
                return [.. _actions];
            }
        }
    }

    /// <summary>Takes what was left to it.</summary>
    /// <param name="isLast">Whether the commit is next, so that nothing may be left from here on.</param>
    public List<RecordDraft> TakeLeft(bool isLast)
    {
        lock (_gate)
        {
            if (isLast) _isTaking = false;
            var taken = _left;
            if (taken.Count > 0) _left = [];
            return taken;
        }
    }

    /// <summary>Gives back what could not be written.</summary>
    public void PutBack(ToSave taken)
    {
        lock (_gate) _left = [.. taken.Drafts, .. _left];
    }
}
