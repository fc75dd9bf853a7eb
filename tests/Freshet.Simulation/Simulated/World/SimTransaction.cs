using System.Data;
using System.Data.Common;

namespace Freshet.Simulation;

/// <summary>A transaction of the simulated database: one row of the source written, and rows of the outbox with it. Until its commit nobody else sees either.</summary>
internal sealed class SimTransaction(Scheduler scheduler, SourceOfTruth source, OutboxTable outbox, DatabaseLink link, WriteFact fact) : DbTransaction
{
    private readonly List<SavedRow> _rows = [];
    private SimConnection? _connection = new();

    public override IsolationLevel IsolationLevel => IsolationLevel.ReadCommitted;

    protected override DbConnection? DbConnection => _connection;

    /// <summary>Writes rows of the outbox. Their numbers are given now.</summary>
    public void Save(IReadOnlyList<SavedRow> rows)
    {
        foreach (var row in rows)
        {
            row.Row = row.Row with { Seq = outbox.NextSeq() };
            _rows.Add(row);
        }
    }

    /// <exception cref="IOException">Nobody here knows whether it was committed.</exception>
    public override Task CommitAsync(CancellationToken cancellationToken = default)
    {
        _connection = null;
        return link.CallAsync(() =>
        {
            CommitNow();
            return true;
        });
    }

    /// <summary>The database commits it.</summary>
    public void CommitNow()
    {
        source.Commit(fact.Key, fact.Number, fact.Version);
        outbox.Commit(_rows);
        fact.CommittedAt = scheduler.Now;
    }

    public override Task RollbackAsync(CancellationToken cancellationToken = default)
    {
        _connection = null;
        source.Release(fact.Key, fact.Number);
        return Task.CompletedTask;
    }

    /// <summary>Rolls back what is not committed.</summary>
    public override async ValueTask DisposeAsync()
    {
        await RollbackAsync();
        await base.DisposeAsync();
    }

    public override void Commit() => throw new NotSupportedException();

    public override void Rollback() => throw new NotSupportedException();

    /// <summary>What the transaction is on; nothing is asked of it.</summary>
    private sealed class SimConnection : DbConnection
    {
        [System.Diagnostics.CodeAnalysis.AllowNull]
        public override string ConnectionString { get; set; } = "";

        public override string Database => "simulated";

        public override string DataSource => "simulated";

        public override string ServerVersion => "0";

        public override ConnectionState State => ConnectionState.Open;

        public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

        public override void Close()
        {
        }

        public override void Open() => throw new NotSupportedException();

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException();

        protected override DbCommand CreateDbCommand() => throw new NotSupportedException();
    }
}
