using System.Globalization;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Freshet.Sql.Tests.Crash;

/// <summary>Records equal committed rows, exactly, whatever goes wrong on the way.</summary>
public sealed class ManyWritersTests
{
    [Fact]
    public async Task EightWritersOnPostgres()
    {
        await using var database = new PostgresTestDatabase();
        await database.InitializeAsync();
        await WriteManyAsync(database, new LedgerDatabase(Postgres: true, database.Source.ConnectionString), writers: 8, actions: 2_000);
    }

    [Fact]
    public async Task EightWritersOnSqlite()
    {
        var database = new SqliteTestDatabase();
        await database.InitializeAsync();
        await WriteManyAsync(database, new LedgerDatabase(Postgres: false, $"{database.ConnectionString}"), writers: 8, actions: 2_000);
        await database.DisposeAsync();
    }

    /// <summary>PostgreSQL is killed and started again while eight write. It syncs to disk as in production, so what it has committed it still has.</summary>
    [Fact]
    public async Task PostgresItselfIsKilledWhileTheyWrite()
    {
        await using var server = await PostgresServer.StartAsync(durable: true);
        var ledger = new LedgerDatabase(Postgres: true, await server.CreateDatabaseAsync() + ";Timeout=5;Command Timeout=10");
        await using (var source = Npgsql.NpgsqlDataSource.Create(ledger.ConnectionString)) await new PostgresOutboxDatabase(source, schema: null).CreateTablesAsync(default);
        await using (var connection = await ledger.OpenAsync()) await connection.ExecuteAsync(LedgerDatabase.Schema);
        await using var app = await ledger.StartAsync(redis: null, Quiet);
        using var stop = new CancellationTokenSource();
        var writing = Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() => WriteUntilAsync(app, ledger, writer, stop.Token))));
        for (var kill = 0; kill < 3; kill++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(700)); // in the middle of something, wherever that is
            await server.KillAsync();
            await server.StartAgainAsync();
        }
        await Task.Delay(TimeSpan.FromMilliseconds(700));
        await stop.CancelAsync();
        var failures = (await writing).Sum();

        Npgsql.NpgsqlConnection.ClearAllPools();
        await using var after = await ledger.OpenAsync();
        await ShouldBeAppendedAsync(app, async () => await after.ExecuteScalarAsync<long>("SELECT count(*) FROM freshet_outbox WHERE appended_at IS NULL"), async () => [.. await after.QueryAsync<long>("SELECT number FROM ledger")], mayFailToSave: true);
        var committed = await after.ExecuteScalarAsync<long>("SELECT count(*) FROM ledger");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"PostgreSQL killed 3 times: {failures} writes failed, {committed} committed and recorded"));
    }

    private static async Task<int> WriteUntilAsync(ServiceProvider app, LedgerDatabase ledger, int writer, CancellationToken stopped)
    {
        var failures = 0;
        for (var i = 0L; !stopped.IsCancellationRequested; i++)
        {
            try
            {
                await WriteAsync(app.GetRequiredService<IFreshet>(), ledger, writer * 1_000_000L + i, new Random((int)i));
            }
            catch (Exception error) when (error is System.Data.Common.DbException or InvalidOperationException or IOException or TimeoutException)
            {
                failures++;
                await Task.Delay(20, CancellationToken.None);
            }
        }
        return failures;
    }

    private static async Task WriteManyAsync(TestDatabase database, LedgerDatabase ledger, int writers, int actions)
    {
        await database.ExecuteAsync(LedgerDatabase.Schema);
        await using var app = await ledger.StartAsync(redis: null, Quiet);
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            for (var i = 0; i < actions; i++) await WriteAsync(app.GetRequiredService<IFreshet>(), ledger, writer * 1_000_000L + i, random);
        })));

        await ShouldBeAppendedAsync(app, () => database.CountAsync("appended_at IS NULL"), async () =>
        {
            await using var connection = await database.OpenAsync();
            return [.. await connection.QueryAsync<long>("SELECT number FROM ledger")];
        });
    }

    /// <summary>One action: a third is rolled back, some fail after their commit, some forget to say how they ended.</summary>
    private static async Task WriteAsync(IFreshet freshet, LedgerDatabase ledger, long number, Random random)
    {
        await using var action = freshet.BeginJob("write");
        await using (var connection = await ledger.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await LedgerDatabase.WriteAsync(transaction, "many", number);
            freshet.Raise(new ManyWritten(number));
            await freshet.SaveOutboxAsync(transaction);
            if (random.Next(3) == 0) await transaction.RollbackAsync();
            else await transaction.CommitAsync();
        }
        if (random.Next(4) != 0) await action.CompleteAsync();
    }

    /// <param name="app">The application.</param>
    /// <param name="open">How many rows are not appended.</param>
    /// <param name="rows">What is committed.</param>
    /// <param name="mayFailToSave">Whether the database may have gone before what was raised got into it: then the record says that it is uncertain.</param>
    private static async Task ShouldBeAppendedAsync(ServiceProvider app, Func<Task<long>> open, Func<Task<List<long>>> rows, bool mayFailToSave = false)
    {
        var watchdog = Task.Delay(TimeSpan.FromSeconds(60));
        while (await open() > 0 && !watchdog.IsCompleted) await Task.Delay(20);
        (await open()).ShouldBe(0);
        var (log, numbers) = (app.GetRequiredService<IFreshet>().Log, new List<long>());
        await foreach (var record in log.FollowAsync(0))
        {
            if (!mayFailToSave || !record.IsUncertain) numbers.Add(JsonDocument.Parse(record.EventData!).RootElement.GetProperty("number").GetInt64());
            if (record.Position == log.Position.Position) break;
        }
        numbers.Order().ShouldBe((await rows()).Order());
        numbers.Count.ShouldBeGreaterThan(0);
    }

    private static void Quiet(IServiceCollection services) => services.AddSingleton<ILoggerFactory>(new CollectedLog());
}
