using System.Data.Common;

namespace Freshet.Tests.Operations;

/// <summary>Operations in the memory database, on a clock that a test moves.</summary>
internal sealed class MemoryOperations(MemoryOutbox database, TimeProvider time) : IOperationStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Row> _rows = []; // guarded by _gate

    /// <summary>Thrown by the next calls of workers.</summary>
    public Exception? Failure { get; set; }

    /// <summary>How often a lease was renewed.</summary>
    public int Renewals { get; private set; }

    /// <summary>How many were forgotten, each time.</summary>
    public List<int> Prunings { get; } = [];

    /// <summary>Runs before an operation is looked for.</summary>
    public Action BeforeTake { get; set; } = () => { };

    public Task InsertAsync(DbTransaction transaction, NewOperation operation, CancellationToken cancellationToken)
    {
        ((MemoryOutbox.Transaction)transaction).Write(() =>
        {
            lock (_gate) _rows[operation.Id] = new Row(operation) { Due = time.GetUtcNow(), ChangedAt = time.GetUtcNow(), AcceptedAt = time.GetUtcNow() };
        });
        return Task.CompletedTask;
    }

    public Task<TakenOperation?> TakeAsync(IReadOnlyCollection<string> kinds, TimeSpan lease, CancellationToken cancellationToken)
    {
        BeforeTake();
        return Within<TakenOperation?>(() =>
        {
            if (_rows.Values.Where(row => row.IsOpen && row.Due <= time.GetUtcNow() && kinds.Contains(row.Operation.Kind)).MinBy(row => row.Due) is not { } due) return null;
            (due.Status, due.Lease, due.Due, due.ChangedAt) = (OperationState.Processing, RecordId.Next(), time.GetUtcNow() + lease, time.GetUtcNow());
            due.Attempts++;
            return new TakenOperation(new OperationLease(due.Operation.Id, due.Lease), due.Operation.Kind, due.Operation.Owner, due.Operation.Input, due.Attempts, due.Operation.TraceParent);
        });
    }

    public Task<bool> RenewAsync(OperationLease held, TimeSpan lease, CancellationToken cancellationToken) => Within(() => Change(held, row =>
    {
        row.Due = time.GetUtcNow() + lease;
        Renewals++;
    }));

    public async Task<bool> CompleteAsync(DbTransaction? transaction, OperationLease held, string? result, FreshetAction action, CancellationToken cancellationToken)
    {
        if (transaction is MemoryOutbox.Transaction callers) return Complete(callers, held, result, action);
        using var own = await database.BeginAsync();
        if (!Complete(own, held, result, action)) return false;
        own.Commit();
        return true;
    }

    public Task<bool> RetryAsync(OperationLease held, TimeSpan after, bool counts, CancellationToken cancellationToken) => Within(() => Change(held, row =>
    {
        (row.Due, row.Lease) = (time.GetUtcNow() + after, Guid.Empty);
        if (!counts) row.Attempts--;
    }));

    public Task<bool> FailAsync(OperationLease held, OperationFailure failure, CancellationToken cancellationToken) => Within(() => Change(held, row => (row.Status, row.Failure) = (OperationState.Failed, failure)));

    public Task<Operation?> FindAsync(Guid id, CancellationToken cancellationToken) => Within(() => _rows.TryGetValue(id, out var row) ? Read(row) : null);

    public Task<int> PruneAsync(TimeSpan retention, int most, CancellationToken cancellationToken) => Within(() =>
    {
        var old = _rows.Values.Where(row => !row.IsOpen && row.ChangedAt < time.GetUtcNow() - retention).Take(most).ToList();
        foreach (var row in old) _rows.Remove(row.Operation.Id);
        Prunings.Add(old.Count);
        return old.Count;
    });

    private bool Complete(MemoryOutbox.Transaction transaction, OperationLease held, string? result, FreshetAction action)
    {
        transaction.Save(action); // first, so that what was raised shares the transaction's fate even if the lease is gone
        lock (_gate)
        {
            if (!Holds(held)) return false;
        }
        var records = action.SavedIn(database).Select(draft => new OperationRecord(draft.Id, draft.Event, draft.EventData, [.. draft.Invalidations.Select(each => each.Tag)])).ToList();
        transaction.Write(() =>
        {
            lock (_gate)
            {
                var row = _rows[held.Id];
                (row.Status, row.Result, row.Records, row.ChangedAt) = (OperationState.Completed, result, records, time.GetUtcNow());
            }
        });
        return true;
    }

    private bool Change(OperationLease held, Action<Row> change)
    {
        if (!Holds(held)) return false;
        change(_rows[held.Id]);
        _rows[held.Id].ChangedAt = time.GetUtcNow();
        return true;
    }

    private bool Holds(OperationLease held) => _rows.TryGetValue(held.Id, out var row) && row.Status == OperationState.Processing && row.Lease == held.Lease;

    private Operation Read(Row row)
    {
        var positions = row.Records.Select(record => database.TryFindRow(record.Id, out var position) ? (IsOpen: position is null, At: position) : (IsOpen: false, At: null)).ToList();
        var isDone = row.Status == OperationState.Completed && !positions.Exists(each => each.IsOpen);
        return new Operation
        {
            Id = row.Operation.Id,
            Kind = row.Operation.Kind,
            Owner = row.Operation.Owner,
            Status = row.Status == OperationState.Completed && !isDone ? OperationState.Processing : row.Status,
            Attempts = row.Attempts,
            AcceptedAt = row.AcceptedAt,
            ChangedAt = row.ChangedAt,
            Failure = row.Failure,
            Result = isDone ? row.Result : null,
            Records = isDone ? row.Records : [],
            Token = isDone && positions.Select(each => each.At).OfType<LogPosition>().OrderBy(at => at.Position).Cast<LogPosition?>().LastOrDefault() is { } last
                ? new ConsistencyToken(last.Epoch, last.Position)
                : null,
        };
    }

    private Task<T> Within<T>(Func<T> step)
    {
        if (Failure is { } failure) return Task.FromException<T>(failure);
        lock (_gate) return Task.FromResult(step());
    }

    private sealed class Row(NewOperation operation)
    {
        public NewOperation Operation => operation;

        public OperationState Status { get; set; }

        public bool IsOpen => Status is OperationState.Accepted or OperationState.Processing;

        public Guid Lease { get; set; }

        public int Attempts { get; set; }

        public DateTimeOffset AcceptedAt { get; init; }

        public DateTimeOffset ChangedAt { get; set; }

        public DateTimeOffset Due { get; set; }

        public string? Result { get; set; }

        public OperationFailure? Failure { get; set; }

        public IReadOnlyList<OperationRecord> Records { get; set; } = [];
    }
}
