namespace Freshet.Tests.Writing.Outbox;

/// <summary>An outbox whose database is a set of ids: a test says what is committed.</summary>
internal sealed class TestOutbox : IOutbox
{
    /// <summary>The rows of committed transactions.</summary>
    public Dictionary<Guid, RecordDraft> Committed { get; } = [];

    public List<LogRecord> Appended { get; } = [];

    public HashSet<(string Source, string Delivery)> Claims { get; } = [];

    /// <summary>Thrown when the database is asked.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The database answers after this.</summary>
    public Task Answer { get; set; } = Task.CompletedTask;

    public int Asked { get; private set; }

    public List<Guid> AskedFor { get; } = [];

    public OutboxState State { get; set; } = new(0, TimeSpan.Zero, 0, IsAway: false);

    /// <summary>Runs one transaction: saves what is raised, and commits it or not.</summary>
    public IReadOnlyList<RecordDraft> Save(FreshetAction action, bool commit, bool again = false)
    {
        var drafts = action.TakeToSave(this, again).Drafts;
        if (commit)
        {
            foreach (var draft in drafts) Committed.TryAdd(draft.Id, draft);
        }
        return drafts;
    }

    public async ValueTask<IReadOnlySet<Guid>> CommittedAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        await Answer;
        Asked++;
        AskedFor.AddRange(ids);
        if (Failure is { } failure) throw failure;
        return ids.Where(Committed.ContainsKey).ToHashSet();
    }

    public void NoteAppended(IReadOnlyList<LogRecord> records) => Appended.AddRange(records);

    public ValueTask<bool> IsClaimedAsync(DeliveryClaim claim, CancellationToken cancellationToken) => new(Claims.Contains((claim.Source, claim.Delivery)));
}
