using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Freshet.Sql.Tests.Crash;

namespace Freshet.Sql.Tests.Outbox;

/// <summary>The row is a contract: programs that know nothing of Freshet but docs/outbox.md write it, and what is cached follows.</summary>
public sealed class LanguageTests : IAsyncLifetime
{
    private readonly PostgresTestDatabase _database = new();
    private ServiceProvider _app = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.ExecuteAsync(LedgerDatabase.Schema);
        _app = await new LedgerDatabase(Postgres: true, _database.Source.ConnectionString).StartAsync(redis: null);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The statement of the page, as psql runs it.</summary>
    [Fact]
    public Task Psql_writes_a_row_and_every_cached_query_follows() => FollowsAsync(sql => RunAsync("psql", [Uri, "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", sql]));

    /// <summary>A script that talks the database's protocol by itself, with nothing but Node's own modules.</summary>
    [Fact]
    public Task A_Node_script_writes_a_row_and_every_cached_query_follows() => FollowsAsync(sql => RunAsync("node", [RepositoryRoot.File("tests", "Freshet.Sql.Tests", "Outbox", "write-row.mjs"), Uri, sql]));

    [Fact]
    public void The_page_shows_the_statement_that_is_tested() =>
        File.ReadAllText(RepositoryRoot.File("docs", "outbox.md")).ShouldContain("INSERT INTO freshet_outbox (action, event, data)\nVALUES ('nightly-import', 'invoice.paid',");

    private string Uri
    {
        get
        {
            var source = new Npgsql.NpgsqlConnectionStringBuilder(_database.Source.ConnectionString);
            return $"postgresql://{source.Username}@{source.Host}:{source.Port}/{source.Database}";
        }
    }

    private async Task FollowsAsync(Func<string, Task> runSql)
    {
        var freshet = _app.GetRequiredService<IFreshet>();
        foreach (var query in (CachedQuery<string, long>[])[Ledger.High, Ledger.Medium]) (await freshet.ReadAsync(query, Ledger.Row)).ShouldBe(0);

        await runSql($$"""
            BEGIN;
            INSERT INTO ledger (id, number) VALUES ('{{Ledger.Row}}', 7);
            INSERT INTO freshet_outbox (action, event, data)
            VALUES ('nightly-import', 'row.written', '{"id":"{{Ledger.Row}}","number":7}');
            COMMIT;
            """);

        foreach (var query in (CachedQuery<string, long>[])[Ledger.High, Ledger.Medium])
        {
            await UntilAsync(async () => await freshet.ReadAsync(query, Ledger.Row) == 7);
        }
        await UntilAsync(async () => await _database.CountAsync("appended_at IS NOT NULL AND action = 'nightly-import'") == 1); // marked after it was appended
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var faults = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        process.ExitCode.ShouldBe(0, await faults);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
        while (!await isSo())
        {
            if (watchdog.IsCompleted) throw new TimeoutException("It never came to be.");
            await Task.Delay(5);
        }
    }
}
