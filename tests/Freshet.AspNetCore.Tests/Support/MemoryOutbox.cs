using System.Collections.Concurrent;

namespace Freshet.AspNetCore.Tests;

/// <summary>A database with an outbox, in this process: one writer at a time, and what was not committed never was.</summary>
internal sealed class MemoryOutbox : IOutbox, IDisposable
{
    private readonly SemaphoreSlim _writer = new(1);
    private readonly ConcurrentDictionary<Guid, bool> _rows = new();
    private readonly ConcurrentDictionary<(string Source, string Delivery), Guid> _claims = new();

    /// <summary>Whether nothing can be asked.</summary>
    public bool IsAway { get; set; }

    /// <summary>Records that the log has, as it was told.</summary>
    public ConcurrentQueue<LogRecord> Noted { get; } = new();

    public IReadOnlyList<string> Claims => [.. _claims.Keys.Select(claim => $"{claim.Source}/{claim.Delivery}").Order(StringComparer.Ordinal)];

    public int Rows => _rows.Count;

    /// <summary>Another request commits a claim.</summary>
    public async Task ClaimAsync(DeliveryClaim claim)
    {
        using var _ = await BeginAsync();
        _claims[(claim.Source, claim.Delivery)] = claim.Id;
    }

    /// <summary>Begins a transaction; waits for the one before.</summary>
    public async Task<Transaction> BeginAsync()
    {
        await _writer.WaitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return new Transaction(this);
    }

    public ValueTask<IReadOnlySet<Guid>> CommittedAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken) =>
        IsAway ? throw new TimeoutException("away") : new(ids.Where(_rows.ContainsKey).ToHashSet());

    public void NoteAppended(IReadOnlyList<LogRecord> records)
    {
        foreach (var record in records) Noted.Enqueue(record);
    }

    public ValueTask<bool> IsClaimedAsync(DeliveryClaim claim, CancellationToken cancellationToken) =>
        IsAway ? throw new TimeoutException("away") : new(_claims.ContainsKey((claim.Source, claim.Delivery)));

    public OutboxState State { get; set; } = new(0, TimeSpan.Zero, 0, IsAway: false);

    public void Dispose() => _writer.Dispose();

    public sealed class Transaction(MemoryOutbox database) : IDisposable
    {
        private readonly List<Action> _writes = [];
        private bool _ended;

        /// <summary>A write that is done when it commits.</summary>
        public void Write(Action write) => _writes.Add(write);

        /// <summary>What <c>SaveOutboxAsync</c> does in a real one.</summary>
        public void Save(FreshetAction action)
        {
            var taken = action.TakeToSave(database);
            if (taken.Claim is { } claim)
            {
                if (database._claims.TryGetValue((claim.Source, claim.Delivery), out var holder) && holder != claim.Id)
                {
                    action.Unsave([.. taken.Drafts.Select(draft => draft.Id)]);
                    throw new DuplicateDeliveryException(claim.Source, claim.Delivery);
                }
                _writes.Add(() => database._claims[(claim.Source, claim.Delivery)] = claim.Id);
            }
            foreach (var draft in taken.Drafts) _writes.Add(() => database._rows[draft.Id] = true);
        }

        public void Commit()
        {
            foreach (var write in _writes) write();
            Dispose();
        }

        public void Dispose()
        {
            if (_ended) return;
            _ended = true;
            database._writer.Release();
        }
    }
}
