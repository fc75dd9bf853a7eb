using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;

namespace Freshet.Tests;

/// <summary>A database with an outbox, in this process: one writer at a time, and what was not committed never was.</summary>
internal sealed class MemoryOutbox : IOutbox, IDisposable
{
    private readonly SemaphoreSlim _writer = new(1);
    private readonly ConcurrentDictionary<Guid, LogPosition?> _rows = new(); // with where the log has them, once that is noted
    private readonly ConcurrentDictionary<(string Source, string Delivery), Guid> _claims = new();

    /// <summary>Whether nothing can be asked.</summary>
    public bool IsAway { get; set; }

    /// <summary>Whether the notes of where the log has records get lost, as when the process dies before it writes them.</summary>
    public bool LosesNotes { get; set; }

    /// <summary>Records that the log has, as it was told.</summary>
    public ConcurrentQueue<LogRecord> Noted { get; } = new();

    public IReadOnlyList<string> Claims => [.. _claims.Keys.Select(claim => $"{claim.Source}/{claim.Delivery}").Order(StringComparer.Ordinal)];

    public int Rows => _rows.Count;

    /// <summary>Where the log has a row; false when there is no such row.</summary>
    public bool TryFindRow(Guid id, out LogPosition? position) => _rows.TryGetValue(id, out position);

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
        foreach (var record in records)
        {
            Noted.Enqueue(record);
            if (!LosesNotes) _rows[record.Id] = new LogPosition(record.Epoch, record.Position);
        }
    }

    public ValueTask<bool> IsClaimedAsync(DeliveryClaim claim, CancellationToken cancellationToken) =>
        IsAway ? throw new TimeoutException("away") : new(_claims.ContainsKey((claim.Source, claim.Delivery)));

    public OutboxState State { get; set; } = new(0, TimeSpan.Zero, 0, IsAway: false);

    public void Dispose() => _writer.Dispose();

    public sealed class Transaction(MemoryOutbox database) : DbTransaction
    {
        private readonly List<Action> _writes = [];
        private bool _ended;

        public override IsolationLevel IsolationLevel => IsolationLevel.Serializable;

        protected override DbConnection? DbConnection => null;

        /// <summary>A write that is done when it commits.</summary>
        public void Write(Action write) => _writes.Add(write);

        /// <summary>What <c>SaveOutboxAsync</c> does in a real one.</summary>
        public void Save(FreshetAction action)
        {
            var taken = action.TakeToSave(database, again: true);
            if (taken.Claim is { } claim)
            {
                if (database._claims.TryGetValue((claim.Source, claim.Delivery), out var holder) && holder != claim.Id) throw new DuplicateDeliveryException(claim.Source, claim.Delivery);
                _writes.Add(() => database._claims[(claim.Source, claim.Delivery)] = claim.Id);
            }
            foreach (var draft in taken.Drafts) _writes.Add(() => database._rows.TryAdd(draft.Id, null));
        }

        public override void Commit()
        {
            foreach (var write in _writes) write();
            End();
        }

        public override void Rollback() => End();

        protected override void Dispose(bool disposing)
        {
            End();
            base.Dispose(disposing);
        }

        private void End()
        {
            if (_ended) return;
            _ended = true;
            database._writer.Release();
        }
    }
}
