using System.Data;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Freshet.Sql.Tests.Outbox;

/// <summary>What SQLite's table does without an index of all ids, and that tables which have one go on working.</summary>
public sealed class SqliteTableTests : OutboxTest<SqliteTestDatabase>
{
    private const string Id = "d3b07384-d9a0-4e9b-8a3e-5f1c2b6a7e90";

    private static readonly string[] _indexes = ["overtaken", "last", "id"]; // which tables of before do not have

    public enum Table
    {
        New,
        Former,
        FormerAndTheScriptRunAgain,
        FormerAndBuiltAnew,
    }

    /// <summary>The first transaction is committed, though its unit of work is tried again; its row may be appended by then.</summary>
    [Theory]
    [InlineData(Table.New, false)]
    [InlineData(Table.New, true)]
    [InlineData(Table.Former, true)]
    [InlineData(Table.FormerAndTheScriptRunAgain, true)]
    public async Task WhatIsCommittedAlreadyIsNotWrittenTwice(Table table, bool isAppended)
    {
        await CreateAsync(table);
        var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        await SaveAsync(app, "a", begin: () => action);
        if (isAppended) (await RelayOf(app).RelayAllAsync(default)).ShouldBe(1);
        (await Database.CountAsync("appended_at IS NOT NULL")).ShouldBe(isAppended ? 1 : 0);

        foreach (var commit in (Func<DbTransaction, Task>[])[SaveAndCommitAsync, transaction => app.Freshet.CommitAsync(transaction).AsTask()])
        {
            await using var connection = await Database.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await commit(transaction);
            (await Database.CountAsync()).ShouldBe(1);
        }
        (await action.CompleteAsync())!.Value.Position.ShouldBe(1);
        await OutboxOf(app).Marks.FlushAsync();
        (await Database.CountAsync("position = 1")).ShouldBe(1);

        async Task SaveAndCommitAsync(DbTransaction transaction)
        {
            await app.Freshet.SaveOutboxAsync(transaction);
            await transaction.CommitAsync();
        }
    }

    /// <summary>A caller that cannot wait without its thread looks for its rows on it too, before it writes them.</summary>
    [Fact]
    public async Task ASaveThatMayNotWaitLeavesItsThreadNowhere()
    {
        await using var connection = new SynchronousConnection(Database.ConnectionString);
        connection.Open();
        await using var transaction = connection.BeginTransaction();
        var draft = new RecordDraft(RecordId.Next(), "Raise", null, null, []) { By = new Writer(TriggerKind.Job, "write", null, null) };

        for (var i = 0; i < 2; i++)
        {
            var saving = Database.Outbox.SaveAsync(new OpenTransaction(connection, transaction, IsAsync: false), "app", TimeSpan.Zero, new ToSave([draft], null), default);
            saving.IsCompletedSuccessfully.ShouldBeTrue();
        }

        transaction.Commit();
        (await Database.CountAsync()).ShouldBe(1);
    }

    /// <summary>An action's own rows and those of another program, through save, append, mark and look-up.</summary>
    [Theory]
    [InlineData(Table.Former)]
    [InlineData(Table.FormerAndTheScriptRunAgain)]
    [InlineData(Table.FormerAndBuiltAnew)]
    public async Task ATableOfTheFormerScriptGoesOnWorking(Table table)
    {
        await CreateAsync(table);
        var app = Start();
        await using var action = await SaveAsync(app, "own");
        (await action.CompleteAsync())!.Value.Position.ShouldBe(1);
        await OutboxOf(app).Marks.FlushAsync();
        await WriteRowAsync("others");
        (await RelayOf(app).RelayAllAsync(default)).ShouldBe(1);

        (await RecordsAsync(app)).Select(TagOf).ShouldBe(["thing:own", "thing:others"]);
        (await Database.CountAsync("appended_at IS NULL")).ShouldBe(0);
    }

    /// <summary>Nothing keeps a program from it; it is one record then, and no row stays undone.</summary>
    [Fact]
    public async Task RowsOfOneIdCountOnceAndAreBothMarked()
    {
        await CreateAsync(Table.New);
        var app = Start();
        await WriteRowAsync("a", Id);
        await WriteRowAsync("a", Id);
        await RelayOf(app).RelayAllAsync(default);

        app.Freshet.Log.Position.Position.ShouldBe(1);
        (await Database.CountAsync("position = 1")).ShouldBe(2);
    }

    /// <summary>Open, set aside, marked already, or gone.</summary>
    [Fact]
    public async Task AMarkFindsItsRowByIdWhateverTheRowsState()
    {
        var (open, aside, other) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        foreach (var id in (Guid[])[open, aside, other]) await WriteRowAsync("a", id.ToString("D"));
        await Database.ExecuteAsync("UPDATE freshet_outbox SET set_aside_at = '2026-01-01T00:00:00.000Z' WHERE id = @id", new { id = aside.ToString("D") });

        var epoch = Epoch.Create();
        await Database.Outbox.MarkAsync([new AppendedRow(open, new LogPosition(epoch, 1)), new AppendedRow(aside, new LogPosition(epoch, 2)), new AppendedRow(Guid.NewGuid(), new LogPosition(epoch, 3))], default);
        await Database.Outbox.MarkAsync([new AppendedRow(open, new LogPosition(epoch, 9))], default); // it is marked already

        (await Database.ReadAsync<string>("SELECT group_concat(coalesce(position, '-')) FROM (SELECT position FROM freshet_outbox ORDER BY seq)")).ShouldBe("1,2,-");
        (await Database.Outbox.CommittedAsync([open, aside, other, Guid.NewGuid()], default)).ShouldBe([open, aside, other], ignoreOrder: true);
    }

    /// <summary>The table keeps the rows of an hour: nothing that looks for a few of them reads them all, or sorts those that are open.</summary>
    [Theory]
    [InlineData(Table.New)]
    [InlineData(Table.FormerAndTheScriptRunAgain)]
    [InlineData(Table.FormerAndBuiltAnew)]
    public async Task NoQuestionReadsAllRows(Table table)
    {
        await CreateAsync(table);
        await using var connection = await Database.OpenAsync();
        await using var command = connection.CreateCommand();
        var steps = await StepsAsync(Database.Outbox.SelectById(command, "seq, epoch", [Guid.NewGuid(), Guid.NewGuid()]));
        var open = await StepsAsync(Database.Outbox.SelectOpen("seq, action", "due_at < 'a'") + " ORDER BY seq LIMIT 9");

        steps.Concat(open).ShouldAllBe(step => !step.Contains("freshet_outbox", StringComparison.Ordinal) || step.Contains(" INDEX ", StringComparison.Ordinal) || step.EndsWith("INTEGER PRIMARY KEY (rowid>?)", StringComparison.Ordinal));
        open.ShouldAllBe(step => !step.Contains("TEMP B-TREE", StringComparison.Ordinal));

        async Task<List<string>> StepsAsync(string question) => [.. (await connection.QueryAsync("EXPLAIN QUERY PLAN " + question)).Select(step => (string)step.detail)];
    }

    private async Task CreateAsync(Table table)
    {
        if (table == Table.New) return; // it is there
        await Database.ExecuteAsync("DROP TABLE freshet_outbox");
        await Database.ExecuteAsync(Former(Database.Outbox.Script));
        if (table == Table.FormerAndTheScriptRunAgain) await Database.Outbox.CreateTablesAsync(default);
        if (table == Table.FormerAndBuiltAnew) await BuildAnewAsync();
        (await Database.ReadAsync<long>("SELECT count(*) FROM pragma_index_list('freshet_outbox') WHERE origin = 'u'")).ShouldBe(table == Table.FormerAndBuiltAnew ? 0 : 1);
        (await Database.ReadAsync<long>("SELECT count(*) FROM pragma_index_list('freshet_outbox') WHERE origin = 'c'")).ShouldBe(table == Table.Former ? 3 : 5);
    }

    /// <summary>As docs/outbox.md says.</summary>
    private async Task BuildAnewAsync()
    {
        await WriteRowAsync("before", Id);
        await Database.ExecuteAsync("ALTER TABLE freshet_outbox RENAME TO freshet_outbox_old");
        foreach (var index in (string[])["open", "overtaken", "last", "id", "appended", "set_aside"]) await Database.ExecuteAsync($"DROP INDEX IF EXISTS freshet_outbox_{index}");
        await Database.Outbox.CreateTablesAsync(default);
        await Database.ExecuteAsync("INSERT INTO freshet_outbox SELECT * FROM freshet_outbox_old");
        await Database.ExecuteAsync("DROP TABLE freshet_outbox_old");
        await Database.ExecuteAsync("DELETE FROM freshet_outbox WHERE id = @Id", new { Id });
    }

    private Task WriteRowAsync(string thing, string? id = null) => Database.ExecuteAsync(
        $"INSERT INTO freshet_outbox (action, event, data{(id is null ? "" : ", id")}) VALUES ('import', 'thing.changed', '{{\"id\":\"{thing}\"}}'{(id is null ? "" : ", @id")})", new { id });

    /// <summary>The script as it was: with an index of all ids, which the table's declaration asks for, and one of all open rows.</summary>
    private static string Former(string script) =>
        string.Join('\n', script.Split('\n').Where(line => !_indexes.Any(name => line.StartsWith($"CREATE INDEX IF NOT EXISTS freshet_outbox_{name} ", StringComparison.Ordinal)) && !line.StartsWith("DROP", StringComparison.Ordinal)))
            .Replace(" id           TEXT NOT NULL DEFAULT", " id           TEXT NOT NULL UNIQUE DEFAULT", StringComparison.Ordinal)
        + "CREATE INDEX freshet_outbox_open ON freshet_outbox (seq) WHERE appended_at IS NULL AND set_aside_at IS NULL";
}

/// <summary>A connection whose commands refuse to be waited for.</summary>
file sealed class SynchronousConnection(string connectionString) : SqliteConnection(connectionString)
{
    public override SqliteCommand CreateCommand() => new Command { Connection = this, Transaction = Transaction };

    private sealed class Command : SqliteCommand
    {
        protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
