using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Freshet.Sql.Tests.Hosting;

public sealed class PostgresUseOutboxTests : UseOutboxTests<PostgresTestDatabase>
{
    [Fact]
    public async Task TheTablesMayHaveASchemaOfTheirOwn()
    {
        var app = Start(options =>
        {
            options.Schema = "O'Brien \"s";
            options.CreateTables = true;
        });
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("a"));
        await using (var connection = await Database.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await app.Freshet.SaveOutboxAsync(transaction);
            await transaction.CommitAsync();
        }

        (await action.CompleteAsync())!.Value.Position.ShouldBe(1);
        (await Database.ReadAsync<long>("SELECT count(*) FROM \"O'Brien \"\"s\".freshet_outbox")).ShouldBe(1);
        (await Database.CountAsync()).ShouldBe(0);
    }

    /// <summary>"IF NOT EXISTS" alone lets two nodes that start at once create the same table, and one of them fails.</summary>
    [Fact]
    public async Task WhoCreatesTheTablesWaitsForWhoeverIsAtIt()
    {
        await Database.ExecuteAsync("DROP TABLE freshet_outbox");
        await using var connection = await Database.OpenAsync();
        await using var another = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtext('freshet_outbox'))", transaction: another);

        var creating = Database.Outbox.CreateTablesAsync(default);

        await UntilAsync(() => creating.IsCompleted || Waiting() == 1);
        creating.IsCompleted.ShouldBeFalse();
        await another.RollbackAsync();
        await creating.WaitAsync(TimeSpan.FromSeconds(30));
        (await Database.CountAsync()).ShouldBe(0);

        long Waiting() => connection.ExecuteScalar<long>(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())", transaction: another);
    }

    [Fact]
    public void WithoutAnyDatabaseTheStartSaysWhatToRegister() =>
        Should.Throw<OptionsValidationException>(() => TestApp.Start(freshet => freshet.UsePostgresOutbox())).Message.ShouldContain("register an NpgsqlDataSource");

    [Fact]
    public async Task TheApplicationsOwnDataSourceIsUsedAndNotEnded()
    {
        var app = TestApp.Start(freshet =>
        {
            freshet.Services.AddSingleton(Database.Source);
            freshet.UsePostgresOutbox(options => options.Listens = false);
        });
        OutboxOf(app).Database.ShouldBeOfType<PostgresOutboxDatabase>();
        await app.DisposeAsync();
        await using var connection = await Database.Source.OpenConnectionAsync();
    }

    [Fact]
    public void ADatabaseThatIsAwayKeepsNoApplicationFromStarting()
    {
        var app = TestApp.Start(freshet => freshet.UsePostgresOutbox("Host=127.0.0.1;Port=1;Username=nobody;Database=none"));
        app.LogLines.Lines.ShouldContain(line => line.Text.Contains("the application starts without it"));
        app.LogLines.Lines.ShouldNotContain(line => line.Text.Contains("nobody"));
    }
}

public sealed class SqliteUseOutboxTests : UseOutboxTests<SqliteTestDatabase>
{
    [Fact]
    public void EverySettingHasALimit()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Freshet:Outbox:Grace"] = "00:02:00",
            ["Freshet:Outbox:PollInterval"] = "00:00:00",
            ["Freshet:Outbox:BatchSize"] = "0",
            ["Freshet:Outbox:LookUpTimeout"] = "01:00:00",
            ["Freshet:Outbox:Retention"] = "00:00:01",
            ["Freshet:Outbox:ClaimRetention"] = "00:00:01",
            ["Freshet:Outbox:MaxAttempts"] = "1000",
            ["Freshet:Outbox:Schema"] = " ",
        }).Build();
        var refused = Should.Throw<OptionsValidationException>(() => TestApp.Start(freshet => freshet.UseSqliteOutbox(() => new SqliteConnection("Data Source=:memory:")), configuration));
        refused.Failures.Count().ShouldBe(9, "AppendAgainWithin is longer than Retention then, too");
    }

    [Fact]
    public void ASettingThatCannotBeReadIsNamed()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Freshet:Outbox:Grace"] = "soon" }).Build();
        Should.Throw<OptionsValidationException>(() => TestApp.Start(freshet => freshet.UseSqliteOutbox(() => new SqliteConnection("Data Source=:memory:")), configuration))
            .Message.ShouldContain("Freshet:Outbox:Grace cannot be read. Write a time");
    }

    [Fact]
    public void WhatIsSetInCodeOverridesConfiguration()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Freshet:Outbox:Grace"] = "00:00:03", ["Freshet:Outbox:BatchSize"] = "5" }).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration).AddFreshet().UseSqliteOutbox(() => new SqliteConnection("Data Source=:memory:"), options => options.Grace = TimeSpan.FromSeconds(4));
        using var provider = services.BuildServiceProvider();

        var options = provider.GetRequiredService<IOptions<SqlOutboxOptions>>().Value;
        (options.Grace, options.BatchSize).ShouldBe((TimeSpan.FromSeconds(4), 5));
    }

    [Fact]
    public void SettingsAreReadFromConfiguration()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Freshet:Outbox:ConnectionString"] = "Host=somewhere",
            ["Freshet:Outbox:Schema"] = "billing",
            ["Freshet:Outbox:CreateTables"] = "true",
            ["Freshet:Outbox:PrepareStatements"] = "false",
            ["Freshet:Outbox:Grace"] = "00:00:03",
            ["Freshet:Outbox:PollInterval"] = "00:00:04",
            ["Freshet:Outbox:BatchSize"] = "5",
            ["Freshet:Outbox:LookUpTimeout"] = "00:00:06",
            ["Freshet:Outbox:Retention"] = "07:00:00",
            ["Freshet:Outbox:ClaimRetention"] = "8.00:00:00",
            ["Freshet:Outbox:MaxAttempts"] = "9",
            ["Freshet:Outbox:AppendAgainWithin"] = "00:10:00",
        }).Build();
        var options = new SqlOutboxOptions();
        new ConfigureSqlOutboxOptions(configuration.GetSection(SqlOutboxOptions.Section)).Configure(options);

        (options.ConnectionString, options.Schema, options.CreateTables, options.Grace, options.PollInterval, options.BatchSize).ShouldBe(
            ("Host=somewhere", "billing", true, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4), 5));
        options.PrepareStatements.ShouldBeFalse();
        (options.LookUpTimeout, options.Retention, options.ClaimRetention, options.MaxAttempts, options.AppendAgainWithin).ShouldBe(
            (TimeSpan.FromSeconds(6), TimeSpan.FromHours(7), TimeSpan.FromDays(8), 9, TimeSpan.FromMinutes(10)));
    }
}

public abstract class UseOutboxTests<TDatabase> : OutboxTest<TDatabase> where TDatabase : TestDatabase, new()
{
    [Theory]
    [InlineData("freshet_outbox")]
    [InlineData("freshet_claims")]
    [InlineData("freshet_operations")]
    public async Task AMissingTableIsAStartUpErrorThatNamesTheScript(string table)
    {
        await Database.ExecuteAsync($"DROP TABLE {table}");

        var refused = Should.Throw<OutboxTableMissingException>(() => Start(isSettled: false));

        (refused.Code, refused.Table, refused.Script).ShouldBe(("outbox-table-missing", table, Database.Outbox.ScriptName));
        refused.Message.ShouldContain(Database.Outbox.ScriptName);
    }

    [Fact]
    public async Task TablesThatAreMissingAreCreatedWhereThatIsAskedFor()
    {
        await Database.ExecuteAsync("DROP TABLE freshet_outbox");
        var app = Start(options => options.CreateTables = true);
        await using var action = await SaveAsync(app, "a");
        (await action.CompleteAsync()).ShouldNotBeNull();

        await app.Freshet.EnsureOutboxAsync();
        (await Database.CountAsync()).ShouldBe(1, "creating them again changes nothing");
    }

    [Fact]
    public async Task SeveralNodesMayCreateThemAtOnce()
    {
        await Database.ExecuteAsync("DROP TABLE freshet_outbox");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Database.Outbox.CreateTablesAsync(default))));
        (await Database.CountAsync()).ShouldBe(0);
    }

    [Fact]
    public void TheScriptsAreTheOnesThatTheTablesAreCreatedWith() =>
        (Database is PostgresTestDatabase ? SqlOutboxScripts.Postgres : SqlOutboxScripts.Sqlite).ShouldBe(Database.Outbox.Script);
}
