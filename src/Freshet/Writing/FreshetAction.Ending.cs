namespace Freshet;

public sealed partial class FreshetAction
{
    private static readonly Dictionary<Tag, long> _nothingBefore = [];

    private enum Ending
    {
        /// <summary>The action goes on: what is saved may be committed later.</summary>
        NotYet,

        Completed,

        /// <summary>Without completing: whether its write was committed is unknown, except where an outbox tells.</summary>
        Failed,
    }

    /// <summary>Appends one record now, whatever else is still to be appended, and keeps it among the action's own.</summary>
    internal async ValueTask<Appended> AppendNowAsync(RecordDraft draft)
    {
        await _appendGate.WaitAsync().ConfigureAwait(false);
        try
        {
            var appended = await _log.AppendAsync(Writer, [draft]).ConfigureAwait(false);
            Take(appended);
            _log.WriteLines(appended.Records);
            return appended;
        }
        finally
        {
            _appendGate.Release();
        }
    }

    private async ValueTask<ConsistencyToken?> EndAsync(Ending ending)
    {
        lock (_gate) _ended = true; // with Record's own check under the same lock, nothing is raised that would not be appended
        try
        {
            await AppendAsync(ending).ConfigureAwait(false);
        }
        finally
        {
            _ambient.Leave();
        }
        return await TokenOnceAppliedAsync().ConfigureAwait(false);
    }

    private async ValueTask AppendAsync(Ending ending)
    {
        await _appendGate.WaitAsync().ConfigureAwait(false);
        try
        {
            List<Intent> intents;
            List<(IWriteThrough Value, int After)> values;
            lock (_gate)
            {
                (values, _writeThroughs) = (_writeThroughs, []);
                if (_pending.Count + values.Count == 0 && _holds is not { Count: > 0 }) return; // a flush may have left holds alone
                (intents, _pending) = (_pending, []);
                _appending = intents;
            }
            var settled = await SettleAsync(intents, ending).ConfigureAwait(false);
            var drafts = NoteHeld(settled.Drafts);
            var release = ReleaseOf(settled.Dropped);
            var appended = drafts.Count == 0 && release is null
                ? new Appended([], null)
                : await _log.AppendAsync(Writer, release is null ? drafts : [.. drafts, release], wantsBefore: values.Count > 0).ConfigureAwait(false);
            if (release is not null) appended.Records.RemoveAll(record => record.Id == release.Id); // nothing that anybody waits for
            // What may have been rolled back is not written through, nor what nobody knows the place of.
            if (ending != Ending.Failed && !appended.IsPending && settled.IsWhole) WriteThrough(values, drafts, appended.Before ?? _nothingBefore, appended.Records);
            _begunAt = _log.Position; // what is written after a flush has its transaction after it
            Take(appended, settled);
            CloseHolds(drafts, isLast: ending != Ending.NotYet);
            // Told last: whatever a log provider throws, the records are appended.
            NoteInOutboxes(intents, appended.Records);
            _log.WriteLines(appended.Records);
            if (settled.Uncertain > 0) _logger.UncertainAction(Name, Trigger, settled.Uncertain);
            if (settled.Left > 0) _logger.LeftToTransaction(Name, Trigger, settled.Left);
            if (settled.Dropped.Count > 0) _logger.RolledBack(Name, Trigger, settled.Dropped.Count);
        }
        finally
        {
            _appendGate.Release();
        }
    }

    private void Take(Appended appended, Settled? settled = null)
    {
        lock (_gate)
        {
            _records = _records.Count == 0 ? appended.Records : [.. _records, .. appended.Records];
            _isPending |= appended.IsPending || settled is { IsUnknown: true } or { Left: > 0 };
            // Only now does a read inside the action go back to the cache (PROTOCOL 23): this node has applied the records, or while
            // they are pending refuses what they outdate.
            _appending = [];
            if (settled is { Kept: { Count: > 0 } kept }) _pending.InsertRange(0, kept);
        }
    }

    private void WriteThrough(List<(IWriteThrough Value, int After)> values, IReadOnlyList<RecordDraft> drafts, IReadOnlyDictionary<Tag, long> before, List<LogRecord> records)
    {
        foreach (var (value, after) in values)
        {
            // What the action itself invalidated after the value was handed over, it has written once more.
            var rewritten = drafts.Skip(after).SelectMany(draft => draft.Invalidations).Select(invalidation => invalidation.Tag).ToHashSet();
            try
            {
                value.Store(new WrittenAt(_begunAt, records.Count == 0 ? _begunAt : new LogPosition(records[^1].Epoch, records[^1].Position), before, rewritten));
            }
#pragma warning disable CA1031 // Whatever the query's own code throws: the write is committed and its records are appended; only the head start is lost.
            catch (Exception error)
#pragma warning restore CA1031
            {
                _logger.WriteThroughFailed(error, value.Query, error.GetType().Name);
            }
        }
    }
}
