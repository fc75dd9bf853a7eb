using Freshet.Tests;
using Npgsql;

namespace BillingDesk.Data.Tests;

/// <summary>A database of one test's own, on the server that the tests share.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    /// <summary>Names of the desk's tables, in order.</summary>
    public const string TablesSql = "SELECT tablename FROM pg_tables WHERE schemaname = 'billing_desk' AND tablename <> 'desk_schema' ORDER BY tablename";

    private static readonly Lazy<Task<string>> _seeded = new(SeedAsync);

    /// <param name="seeded">Whether it was seeded for the day of <see cref="SeededFile"/>; else it is empty.</param>
    public BillingDeskDatabase Open(bool seeded) =>
        // Tests make their services at once and know no better; the server is there for all of them.
        BillingDeskDatabase.OnPostgres(CreateAsync(seeded).GetAwaiter().GetResult());

    private static async Task<string> CreateAsync(bool seeded)
    {
        var server = await PostgresServer.SharedAsync();
        return await server.CreateDatabaseAsync(template: seeded ? await _seeded.Value : null);
    }

    /// <returns>The name of a database that was seeded once; copies are made of it.</returns>
    private static async Task<string> SeedAsync()
    {
        var connectionString = await CreateAsync(seeded: false);
        using (var database = BillingDeskDatabase.OnPostgres(connectionString)) await database.PrepareAsync(SeededFile.Day);
        return new NpgsqlConnectionStringBuilder(connectionString).Database!;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask; // the databases go with the server
}
