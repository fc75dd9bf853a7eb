using Freshet.Sql;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Freshet.EntityFrameworkCore.Tests;

/// <summary>The tables that migrations create are those of the script.</summary>
public sealed class ModelTests
{
    private const string Columns = """
        SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '-') || ' ' || is_identity || ' ' || coalesce(identity_generation, '-')
            || ' ' || coalesce(character_maximum_length::text, '-') || ' ' || coalesce(datetime_precision::text, '-')
        FROM information_schema.columns WHERE table_schema = '{0}' AND table_name LIKE 'freshet%' ORDER BY 1
        """;

    private const string Constraints = """
        SELECT conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = '{0}'::regnamespace AND conrelid::regclass::text LIKE '%freshet%' AND contype <> 'n' ORDER BY 1
        """;

    private const string Indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = '{0}' AND tablename LIKE 'freshet%' ORDER BY 1";

    [Theory]
    [InlineData(Columns)]
    [InlineData(Constraints)]
    [InlineData(Indexes)]
    public async Task TheModelCreatesTheTablesOfTheScript(string shape)
    {
        var server = await PostgresServer.SharedAsync();
        var (byScript, byModel) = (await server.CreateDatabaseAsync(), await server.CreateDatabaseAsync());
        await using (var connection = new NpgsqlConnection(byScript))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(SqlOutboxScripts.Postgres, connection);
            await command.ExecuteNonQueryAsync();
        }
        await using (var context = new Plain(byModel, schema: null)) await context.GetService<IRelationalDatabaseCreator>().CreateTablesAsync();

        var expected = await ReadAsync(byScript, shape, "public");
        expected.ShouldNotBeEmpty();
        (await ReadAsync(byModel, shape, "public")).ShouldBe(expected);
    }

    [Fact]
    public async Task TheScriptRunsOverTheModelsTablesAndChangesNothing()
    {
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync();
        await using (var context = new Plain(database, schema: null))
        {
            await context.GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
            var before = await ReadAsync(database, Indexes, "public");
            await context.Database.ExecuteSqlRawAsync(SqlOutboxScripts.Postgres);
            (await ReadAsync(database, Indexes, "public")).ShouldBe(before);
        }
    }

    [Fact]
    public async Task TheTablesCanHaveASchemaOfTheirOwn()
    {
        var server = await PostgresServer.SharedAsync();
        var database = await server.CreateDatabaseAsync();
        await using var context = new Plain(database, schema: "delivery");
        await context.GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
        (await ReadAsync(database, Columns, "public")).ShouldBeEmpty();
        (await ReadAsync(database, Columns, "delivery")).ShouldNotBeEmpty();
    }

    private static async Task<List<string>> ReadAsync(string connectionString, string shape, string schema)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(shape.Replace("{0}", schema, StringComparison.Ordinal), connection);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync()) lines.Add(reader.GetString(0));
        return lines;
    }

    private sealed class Plain(string connectionString, string? schema) : DbContext
    {
        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseNpgsql(connectionString).EnableServiceProviderCaching(false);

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.UseFreshetOutbox(schema);
    }
}
