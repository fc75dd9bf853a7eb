using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Freshet.Sql.Tests;

/// <summary>A transaction inside another, as some drivers have them: its commit commits nothing, the outermost one alone does.</summary>
internal sealed class NestedTransaction(DbConnection connection, DbTransaction outer) : DbTransaction
{
    private readonly Watched _connection = new(connection, outer);

    public override IsolationLevel IsolationLevel => outer.IsolationLevel;

    protected override DbConnection DbConnection => _connection;

    public override void Commit()
    {
    }

    public override void Rollback() => outer.Rollback();

    /// <summary>The connection, wrapped as profilers do.</summary>
    private sealed class Watched(DbConnection inner, DbTransaction outer) : DbConnection
    {
        [AllowNull]
        public override string ConnectionString { get => inner.ConnectionString; set => inner.ConnectionString = value; }

        public override string Database => inner.Database;

        public override string DataSource => inner.DataSource;

        public override string ServerVersion => inner.ServerVersion;

        public override ConnectionState State => inner.State;

        public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);

        public override void Open() => inner.Open();

        public override void Close() => inner.Close();

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException();

        protected override DbCommand CreateDbCommand() => new WatchedCommand(inner.CreateCommand()) { Outer = outer };
    }

    private sealed class WatchedCommand(DbCommand inner) : DbCommand
    {
        public required DbTransaction Outer { get; init; }

        [AllowNull]
        public override string CommandText { get => inner.CommandText; set => inner.CommandText = value; }

        public override int CommandTimeout { get => inner.CommandTimeout; set => inner.CommandTimeout = value; }

        public override CommandType CommandType { get => inner.CommandType; set => inner.CommandType = value; }

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get => inner.UpdatedRowSource; set => inner.UpdatedRowSource = value; }

        protected override DbConnection? DbConnection { get; set; }

        protected override DbParameterCollection DbParameterCollection => inner.Parameters;

        protected override DbTransaction? DbTransaction { get => inner.Transaction; set => inner.Transaction = Outer; }

        public override void Cancel() => inner.Cancel();

        public override int ExecuteNonQuery() => inner.ExecuteNonQuery();

        public override object? ExecuteScalar() => inner.ExecuteScalar();

        public override void Prepare() => inner.Prepare();

        protected override DbParameter CreateDbParameter() => inner.CreateParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => inner.ExecuteReader(behavior);

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
