using System.Data.Common;

namespace Freshet.Sql.Tests;

/// <summary>A database that only hears what it is asked and told: a test answers.</summary>
internal sealed class StubDatabase : OutboxDatabase
{
    /// <summary>Called for each question which rows are committed.</summary>
    public Func<IReadOnlyList<Guid>, CancellationToken, Task<IReadOnlySet<Guid>>> OnAsked { get; set; } = (ids, _) => Task.FromResult<IReadOnlySet<Guid>>(ids.ToHashSet());

    /// <summary>Called for each batch of marks.</summary>
    public Func<IReadOnlyList<AppendedRow>, Task> OnMarked { get; set; } = _ => Task.CompletedTask;

    public override string ScriptName => throw new NotSupportedException();

    protected override string Now => throw new NotSupportedException();

    public override Task<IReadOnlySet<Guid>> CommittedAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken) => OnAsked(ids, cancellationToken);

    public override Task MarkAsync(IReadOnlyList<AppendedRow> rows, CancellationToken cancellationToken) => OnMarked(rows);

    public override ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public override Task CreateTablesAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public override Task<bool> HasTableAsync(string table, CancellationToken cancellationToken) => throw new NotSupportedException();

    public override Task<DueRows> TakeDueAsync(string keyspace, int most, CancellationToken cancellationToken) => throw new NotSupportedException();

    protected override string TableOf(string name) => throw new NotSupportedException();

    protected override string After(DbCommand command, string parameter, TimeSpan by) => throw new NotSupportedException();

    protected override string AgeOf(string moment) => throw new NotSupportedException();

    protected override string Json(string parameter) => throw new NotSupportedException();

    protected override void AddId(DbCommand command, string name, Guid id) => throw new NotSupportedException();

    protected override Guid IdOf(object value) => throw new NotSupportedException();

    public override string SelectById(DbCommand command, string columns, IReadOnlyList<Guid> ids) => throw new NotSupportedException();
}
