using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>One write under a trigger: gathers what is raised and appends it at the end. Opened by <c>BeginUserAction</c>, <c>BeginWebhook</c>, <c>BeginJob</c> or <c>BeginOperator</c>.</summary>
/// <remarks>
/// Raising records an intent; <see cref="CompleteAsync"/> appends the intents, so call it after the commit. An action that is
/// disposed without completing has failed somewhere: whether its write was committed is unknown, and <em>uncertain means
/// invalidate</em>, so what it raised is appended as expiries, and a warning is logged. What was saved in an outbox is known: the
/// database is asked, and what it committed is appended as it was raised, whichever way the action ends. The rest is dropped.
/// </remarks>
public sealed partial class FreshetAction : IAsyncDisposable
{
    private readonly SemaphoreSlim _appendGate = new(1); // one append at a time, so that records and token keep the order of positions; taken before _gate

    private readonly Lock _gate = new();
    private readonly FreshnessLog _log;
    private readonly HighTags _high;
    private readonly ILogger _logger;
    private readonly Ambient _ambient;
    private readonly IFreshet _owner;
    private List<Intent> _pending = [];   // guarded by _gate: raised, not handed to the log
    private List<Intent> _appending = []; // guarded by _gate: handed to the log, perhaps not applied yet
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
        _owner = owner;
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

    /// <summary>Whether the log, or the database whose outbox something was saved in, could not be reached in time: other nodes have yet to learn of something this action raised. It is appended as soon as that is back; until then there is no token for it.</summary>
    public bool IsPending
    {
        get
        {
            lock (_gate) return _isPending;
        }
    }

    /// <summary>Whether <c>Refresh()</c> was called: the client is to ask again, though nothing was invalidated.</summary>
    public bool RefreshRequested => Volatile.Read(ref _refresh);

    /// <summary>Appends what was raised so far and leaves the action open: for a long job that commits in steps. What is saved in an outbox and not committed yet stays with the action.</summary>
    /// <returns>The position for the writer's next read; null when nothing was ever raised.</returns>
    public async ValueTask<ConsistencyToken?> FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfEnded(nameof(FlushAsync));
        await AppendAsync(Ending.NotYet).ConfigureAwait(false);
        return await TokenOnceAppliedAsync().ConfigureAwait(false);
    }

    /// <summary>Appends what was raised and ends the action. When it returns, every read of this node sees the write.</summary>
    /// <returns>The position for the writer's next read; null when nothing was raised. It comes once the caches the log drives have applied the records, or have had their <see cref="CacheTargetOptions.AnswerWait"/>.</returns>
    /// <remarks>Not cancellable: the write is committed, so its records must follow.</remarks>
    public ValueTask<ConsistencyToken?> CompleteAsync()
    {
        ThrowIfEnded(nameof(CompleteAsync));
        return LeaveIfCompleted(EndAsync(Ending.Completed));
    }

    /// <summary>Ends the action. If it was not completed, what it raised is appended as expiries, since the write may have been committed; of what is saved in an outbox, exactly what was committed is appended.</summary>
    public ValueTask DisposeAsync()
    {
        if (_ended) return ValueTask.CompletedTask;
        var ending = LeaveIfCompleted(EndAsync(Ending.Failed));
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
        var intent = IntentTo(draft);
        lock (_gate)
        {
            ThrowIfEnded(draft.Call);
            _pending.Add(intent);
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

    private Writer Writer => new(Trigger, Name, Actor, System.Diagnostics.Activity.Current?.Id);

    /// <summary>Whether what was raised, and is not applied yet, touches a read: then the read must see neither cached nor cacheable data (DESIGN 6).</summary>
    internal bool Touches(IReadOnlyCollection<string> foundKinds, IReadOnlyList<Tag> tags)
    {
        lock (_gate) return Touches(_pending, foundKinds, tags) || Touches(_appending, foundKinds, tags);
    }

    // Tags found while loading are known only afterwards, so their whole kind counts.
    private static bool Touches(List<Intent> intents, IReadOnlyCollection<string> foundKinds, IReadOnlyList<Tag> tags)
    {
        foreach (var intent in intents)
        {
            foreach (var invalidation in intent.Draft.Invalidations)
            {
                if (foundKinds.Contains(invalidation.Tag.Kind) || tags.Contains(invalidation.Tag)) return true;
            }
        }
        return false;
    }

    private void ThrowIfEnded(string call)
    {
        if (_ended) throw TriggerException.Ended(call, Trigger, Name);
    }
}
