using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>One write under a trigger: gathers what is raised and appends it at the end. Opened by <c>BeginUserAction</c>, <c>BeginWebhook</c>, <c>BeginJob</c> or <c>BeginOperator</c>.</summary>
/// <remarks>
/// Raising records an intent; <see cref="CompleteAsync"/> appends the intents, so call it after the commit. An action that is
/// disposed without completing has failed somewhere: whether its write was committed is unknown, and <em>uncertain means
/// invalidate</em>, so what it raised is appended as expiries, and a warning is logged.
/// </remarks>
public sealed partial class FreshetAction : IAsyncDisposable
{
    private readonly SemaphoreSlim _appendGate = new(1); // one append at a time, so that records and token keep the order of positions; taken before _gate
    private static readonly Dictionary<Tag, long> _nothingBefore = [];

    private readonly Lock _gate = new();
    private readonly FreshnessLog _log;
    private readonly HighTags _high;
    private readonly ILogger _logger;
    private readonly Ambient _ambient;
    private List<RecordDraft> _pending = [];   // guarded by _gate: raised, not handed to the log
    private List<RecordDraft> _appending = []; // guarded by _gate: handed to the log, perhaps not applied yet
    private List<LogRecord> _records = [];     // guarded by _gate
    private List<(IWriteThrough Value, int After)> _writeThroughs = []; // guarded by _gate: with how many drafts were pending before
    private LogPosition _begunAt;
    private bool _isPending; // guarded by _gate
    private bool _refresh;
    private volatile bool _ended;

    internal FreshetAction(IFreshet owner, TriggerKind trigger, string name, string? actor, string? reason, FreshnessLog log, HighTags high, ILogger logger)
    {
        Trigger = trigger;
        Name = name;
        Actor = actor;
        Reason = reason;
        _log = log;
        _high = high;
        _logger = logger;
        _begunAt = log.Position; // before any transaction of the action begins (PROTOCOL 25)
        _ambient = Ambient.Enter(owner, this);
    }

    /// <summary>What runs the write.</summary>
    public TriggerKind Trigger { get; }

    /// <summary>Name of the action: an endpoint's route, a job, a webhook.</summary>
    public string Name { get; }

    /// <summary>Who does it, as far as the host knows; null otherwise.</summary>
    public string? Actor { get; }

    /// <summary>An operator's reason; null for other triggers.</summary>
    public string? Reason { get; }

    /// <summary>Position of the action's last record, for the writer's next read; null until something was appended.</summary>
    public ConsistencyToken? Token
    {
        get
        {
            lock (_gate) return _records.Count == 0 ? null : new ConsistencyToken(_records[^1].Epoch, _records[^1].Position);
        }
    }

    /// <summary>The records appended so far, in order.</summary>
    public IReadOnlyList<LogRecord> Records
    {
        get
        {
            lock (_gate) return _records; // replaced, never changed
        }
    }

    /// <summary>Whether the log could not be reached in time, so that other nodes have yet to learn of something this action raised. It is appended as soon as the log is back; until then there is no token for it.</summary>
    public bool IsPending
    {
        get
        {
            lock (_gate) return _isPending;
        }
    }

    /// <summary>Whether <c>Refresh()</c> was called: the client is to ask again, though nothing was invalidated.</summary>
    public bool RefreshRequested => Volatile.Read(ref _refresh);

    /// <summary>Appends what was raised so far and leaves the action open: for a long job that commits in steps.</summary>
    /// <returns>The position for the writer's next read; null when nothing was ever raised.</returns>
    public async ValueTask<ConsistencyToken?> FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfEnded(nameof(FlushAsync));
        await AppendAsync(uncertain: false).ConfigureAwait(false);
        return await TokenOnceAppliedAsync().ConfigureAwait(false);
    }

    /// <summary>Appends what was raised and ends the action. When it returns, every read of this node sees the write.</summary>
    /// <returns>The position for the writer's next read; null when nothing was raised. It comes once the caches the log drives have applied the records, or have had their <see cref="CacheTargetOptions.AnswerWait"/>.</returns>
    /// <remarks>Not cancellable: the write is committed, so its records must follow.</remarks>
    public ValueTask<ConsistencyToken?> CompleteAsync()
    {
        ThrowIfEnded(nameof(CompleteAsync));
        return LeaveIfCompleted(EndAsync(uncertain: false));
    }

    /// <summary>Ends the action. If it was not completed, what it raised is appended as expiries: the write may have been committed.</summary>
    public ValueTask DisposeAsync()
    {
        if (_ended) return ValueTask.CompletedTask;
        var ending = LeaveIfCompleted(EndAsync(uncertain: true));
        return ending.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(ending.AsTask());
    }

    // What an asynchronous method takes out of the flow is back when it returns, so the caller's own flow is left here.
    private ValueTask<ConsistencyToken?> LeaveIfCompleted(ValueTask<ConsistencyToken?> ending)
    {
        if (ending.IsCompleted) _ambient.Leave();
        return ending;
    }

    /// <summary>The token, once the caches that this log drives have applied its record too, or have had their time.</summary>
    private async ValueTask<ConsistencyToken?> TokenOnceAppliedAsync()
    {
        var token = Token;
        if (token is { } last) await _log.Targets.WhenAppliedAsync(new LogPosition(last.Epoch, last.Position)).ConfigureAwait(false);
        return token;
    }

    /// <summary>Whether something was raised that this node has not applied yet. Asked before a read's tags are made for <see cref="Touches(IReadOnlyCollection{string}, IReadOnlyList{Tag})"/>.</summary>
    internal bool HasUnapplied
    {
        get
        {
            lock (_gate) return _pending.Count + _appending.Count > 0;
        }
    }

    internal void RequestRefresh()
    {
        ThrowIfEnded("Refresh");
        Volatile.Write(ref _refresh, true);
    }

    internal void Record(RecordDraft draft)
    {
        _log.Check(Writer, draft); // a record that the log refuses must not be found out after the commit
        lock (_gate)
        {
            ThrowIfEnded(draft.Call);
            _pending.Add(draft);
        }
    }

    internal void Record(IWriteThrough value)
    {
        lock (_gate)
        {
            ThrowIfEnded("WriteThrough");
            _writeThroughs.Add((value, _pending.Count));
        }
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

    private Writer Writer => new(Trigger, Name, Actor, System.Diagnostics.Activity.Current?.Id);

    /// <summary>Whether what was raised, and is not applied yet, touches a read: then the read must see neither cached nor cacheable data (DESIGN 6).</summary>
    internal bool Touches(IReadOnlyCollection<string> foundKinds, IReadOnlyList<Tag> tags)
    {
        lock (_gate) return Touches(_pending, foundKinds, tags) || Touches(_appending, foundKinds, tags);
    }

    // Tags found while loading are known only afterwards, so their whole kind counts.
    private static bool Touches(List<RecordDraft> drafts, IReadOnlyCollection<string> foundKinds, IReadOnlyList<Tag> tags)
    {
        foreach (var draft in drafts)
        {
            foreach (var invalidation in draft.Invalidations)
            {
                if (foundKinds.Contains(invalidation.Tag.Kind) || tags.Contains(invalidation.Tag)) return true;
            }
        }
        return false;
    }

    private async ValueTask<ConsistencyToken?> EndAsync(bool uncertain)
    {
        lock (_gate) _ended = true; // with Record's own check under the same lock, nothing is raised that would not be appended
        try
        {
            await AppendAsync(uncertain).ConfigureAwait(false);
        }
        finally
        {
            _ambient.Leave();
        }
        return await TokenOnceAppliedAsync().ConfigureAwait(false);
    }

    private async ValueTask AppendAsync(bool uncertain)
    {
        await _appendGate.WaitAsync().ConfigureAwait(false);
        try
        {
            List<RecordDraft> drafts;
            List<(IWriteThrough Value, int After)> values;
            lock (_gate)
            {
                (values, _writeThroughs) = (_writeThroughs, []);
                if (_pending.Count + values.Count == 0) return;
                (drafts, _pending) = (_pending, []);
                _appending = drafts;
            }
            var appended = drafts.Count == 0
                ? new Appended([], null)
                : await _log.AppendAsync(Writer, uncertain ? drafts.ConvertAll(AsUncertain) : drafts, wantsBefore: values.Count > 0).ConfigureAwait(false);
            // What may have been rolled back is not written through, nor what nobody knows the place of.
            if (!uncertain && !appended.IsPending) WriteThrough(values, drafts, appended.Before ?? _nothingBefore, appended.Records);
            _begunAt = _log.Position; // what is written after a flush has its transaction after it
            Take(appended);
            CloseHolds(drafts.Select(draft => draft.Id));
            // Told last: whatever a log provider throws, the records are appended.
            _log.WriteLines(appended.Records);
            if (uncertain) _logger.UncertainAction(Name, Trigger, drafts.Count);
        }
        finally
        {
            _appendGate.Release();
        }
    }

    private void Take(Appended appended)
    {
        lock (_gate)
        {
            _records = _records.Count == 0 ? appended.Records : [.. _records, .. appended.Records];
            _isPending |= appended.IsPending;
            // Only now does a read inside the action go back to the cache (PROTOCOL 23): this node has applied the records, or while
            // they are pending refuses what they outdate.
            _appending = [];
        }
    }

    private void WriteThrough(List<(IWriteThrough Value, int After)> values, List<RecordDraft> drafts, IReadOnlyDictionary<Tag, long> before, List<LogRecord> records)
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

    private static RecordDraft AsUncertain(RecordDraft draft) => draft with
    {
        Cause = draft.Cause is { } reason ? $"{LogRecord.Uncertain}: {reason}" : LogRecord.Uncertain,
        Invalidations = [.. draft.Invalidations.Select(invalidation => new Invalidation(invalidation.Tag, InvalidationKind.Expire, TimeSpan.Zero))],
    };

    private void ThrowIfEnded(string call)
    {
        if (_ended) throw TriggerException.Ended(call, Trigger, Name);
    }
}
