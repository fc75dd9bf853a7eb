namespace Freshet;

public sealed partial class FreshetAction
{
    /// <summary>What becomes of what was raised.</summary>
    /// <param name="Drafts">To be appended, in the order raised.</param>
    /// <param name="Kept">Not committed, in an action that goes on: its transaction may still be open.</param>
    /// <param name="Left">How many are left to a transaction that is open though the action ends: they follow its commit, by the relay.</param>
    /// <param name="Dropped">Those that were raised or saved in a transaction that was rolled back: nothing happened.</param>
    /// <param name="Uncertain">How many are appended as expiries, because nobody knows whether their write was committed.</param>
    /// <param name="IsUnknown">Whether an outbox could not be asked: the relay appends what it has once its database is back.</param>
    private sealed record Settled(IReadOnlyList<RecordDraft> Drafts, List<Intent> Kept, int Left, IReadOnlyList<Guid> Dropped, int Uncertain, bool IsUnknown)
    {
        /// <summary>Whether everything that was raised is appended.</summary>
        public bool IsWhole => Kept.Count == 0 && Left + Dropped.Count == 0 && !IsUnknown;
    }

    /// <summary>Asks each outbox what of this action its database has committed. It does not matter which object's Commit was called, or what it threw.</summary>
    private async ValueTask<Settled> SettleAsync(List<Intent> intents, Ending ending)
    {
        var asked = intents.FindAll(intent => intent is { SavedIn: not null, IsCommitted: false });
        var committed = asked.Count == 0 ? [] : await AskAsync(asked).ConfigureAwait(false);
        var (drafts, kept, left, dropped, uncertain, isUnknown) = (new List<RecordDraft>(intents.Count), new List<Intent>(), 0, new List<Guid>(), 0, false);
        foreach (var intent in intents)
        {
            if (intent.SavedIn is not { } outbox)
            {
                var fate = FateOf(intent);
                if (fate == Fate.RolledBack) dropped.Add(intent.Draft.Id);
                else if (fate == Fate.Open && ending == Ending.NotYet) kept.Add(intent);
                else if (fate == Fate.Open && TryLeave(intent)) left++;
                else Add(intent.Draft, isCertain: fate == Fate.Committed || ending != Ending.Failed);
            }
            else if (intent.IsCommitted) drafts.Add(intent.Draft);
            else if (committed[outbox] is not { } those)
            {
                // Nothing is guessed: the write may be committed or not, and the row, if there is one, is the only one to tell. Until
                // the relay has read it, this node at least serves nothing that the write would outdate.
                _log.ExpireAhead([intent.Draft]);
                isUnknown = true;
            }
            else if (those.Contains(intent.Draft.Id)) drafts.Add(intent.Draft);
            else if (intent.OutlivesItsSave) Add(intent.Draft with { IsDurable = false }, isCertain: ending != Ending.Failed);
            else if (ending == Ending.NotYet) kept.Add(intent);
            else if (intent.SavedWith is { Fate: Fate.Open }) left++;
            else dropped.Add(intent.Draft.Id);
        }
        return new Settled(drafts, kept, left, dropped, uncertain, isUnknown);

        void Add(RecordDraft draft, bool isCertain)
        {
            if (!isCertain) uncertain++;
            drafts.Add(isCertain ? draft : AsUncertain(draft));
        }
    }

    // A transaction that is open longer than the action saves it before its commit.
    private bool TryLeave(Intent intent)
    {
        var by = Writer;
        return intent.RaisedIn.Any(unit => unit.Fate == Fate.Open && unit.TryLeave(intent.Draft with { IsDurable = true, By = intent.Draft.By ?? by }));
    }

    /// <summary>What each outbox says is committed of what was saved in it; null for one that cannot be asked.</summary>
    private async ValueTask<Dictionary<IOutbox, IReadOnlySet<Guid>?>> AskAsync(List<Intent> intents)
    {
        var answers = new Dictionary<IOutbox, IReadOnlySet<Guid>?>();
        foreach (var saved in intents.GroupBy(intent => intent.SavedIn!))
        {
            try
            {
                answers[saved.Key] = await saved.Key.CommittedAsync([.. saved.Select(intent => intent.Draft.Id)], CancellationToken.None).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever its database's driver throws: never a silent success (PROTOCOL 27).
            catch (Exception error)
#pragma warning restore CA1031
            {
                answers[saved.Key] = null;
                _logger.OutboxNotAsked(error, saved.Count(), Name, error.GetType().Name);
            }
        }
        return answers;
    }

    private static void NoteInOutboxes(List<Intent> intents, List<LogRecord> records)
    {
        foreach (var saved in intents.Where(intent => intent.SavedIn is not null).GroupBy(intent => intent.SavedIn!))
        {
            var ids = saved.Select(intent => intent.Draft.Id).ToHashSet();
            saved.Key.NoteAppended(records.FindAll(record => ids.Contains(record.Id)));
        }
    }

    private static RecordDraft AsUncertain(RecordDraft draft) => draft with
    {
        Cause = draft.Cause is { } reason ? $"{LogRecord.Uncertain}: {reason}" : LogRecord.Uncertain,
        Invalidations = [.. draft.Invalidations.Select(invalidation => new Invalidation(invalidation.Tag, InvalidationKind.Expire, TimeSpan.Zero))],
    };
}
