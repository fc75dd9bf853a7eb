namespace Freshet;

public sealed partial class FreshetAction
{
    private Dictionary<Guid, OpenHold>? _holds; // by the draft it announces; guarded by _gate, made when there is one

    /// <summary>Places a hold for everything raised so far that a high query carries the tags of, unless it has one (R8).</summary>
    /// <returns>Whether all of it is held: false when the log could not be reached in time.</returns>
    /// <exception cref="TriggerException">The action has ended.</exception>
    internal async ValueTask<bool> HoldAsync()
    {
        await _appendGate.WaitAsync().ConfigureAwait(false);
        try
        {
            var drafts = DraftHolds();
            if (drafts.Count == 0) return true;
            if (await _log.PlaceAsync(Writer, drafts).ConfigureAwait(false) is not { } placed) return false;
            foreach (var givenUp in TakeHolds(placed.Select(hold => hold.Release.Draft))) _log.CloseHold(givenUp, HoldOutcome.Released);
            lock (_gate)
            {
                _holds ??= [];
                foreach (var hold in placed) _holds[hold.Release.Draft] = hold;
            }
            return true;
        }
        finally
        {
            _appendGate.Release();
        }
    }

    private List<RecordDraft> DraftHolds()
    {
        var drafts = new List<RecordDraft>();
        lock (_gate)
        {
            ThrowIfEnded(FreshnessLog.HoldCall);
            foreach (var draft in _pending.Select(intent => intent.Draft))
            {
                // One that was given up meanwhile is placed again: the unit of work is tried once more.
                if (_holds?.ContainsKey(draft.Id) == true && _log.Stands(draft.Id)) continue;
                if (_high.Among(draft.Invalidations) is { Count: > 0 } tags)
                    drafts.Add(new RecordDraft(RecordId.Next(), FreshnessLog.HoldCall, null, null, []) { Holds = new Holding(draft.Id, tags) });
            }
        }
        return drafts;
    }

    private IReadOnlyList<RecordDraft> NoteHeld(IReadOnlyList<RecordDraft> drafts)
    {
        lock (_gate) return _holds is null ? drafts : [.. drafts.Select(draft => _holds.ContainsKey(draft.Id) ? draft with { IsHeld = true } : draft)];
    }

    /// <summary>The record that ends the holds of what was rolled back; null when there were none.</summary>
    private RecordDraft? ReleaseOf(IEnumerable<Guid> dropped)
    {
        if (TakeHolds(dropped) is not { Count: > 0 } holds) return null;
        foreach (var hold in holds) _log.CloseHold(hold, HoldOutcome.Released);
        return new RecordDraft(RecordId.Next(), FreshnessLog.ReleaseCall, null, null, []) { Releases = [.. holds.Select(hold => hold.Release)] };
    }

    /// <summary>What the holds announced is in the log, or will be: it resolves them.</summary>
    /// <param name="appended">What was appended.</param>
    /// <param name="isLast">Whether the action has ended. What it then leaves is resolved by whoever finds out what the database says: a relay, or the limit.</param>
    private void CloseHolds(IReadOnlyList<RecordDraft> appended, bool isLast)
    {
        var late = TakeHolds(appended.Select(draft => draft.Id)).Count(hold => !_log.CloseHold(hold, HoldOutcome.Resolved));
        if (late > 0) _logger.HoldWasLate(late, Name);
        if (isLast) foreach (var hold in TakeHolds()) _log.CloseHold(hold, HoldOutcome.Left);
    }

    private List<OpenHold> TakeHolds(IEnumerable<Guid>? drafts = null)
    {
        lock (_gate)
        {
            var taken = new List<OpenHold>();
            if (_holds is null) return taken;
            foreach (var draft in drafts ?? [.. _holds.Keys])
            {
                if (_holds.Remove(draft, out var hold)) taken.Add(hold);
            }
            return taken;
        }
    }
}
