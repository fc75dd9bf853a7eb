using Freshet.Tests;

namespace BillingDesk.Data.Tests;

/// <summary>A database of one test's own, on the server that the tests share.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    /// <summary>Names of the desk's tables, in order.</summary>
    public const string TablesSql = "SELECT tablename FROM pg_tables WHERE schemaname = 'billing_desk' AND tablename <> 'desk_schema' ORDER BY tablename";

    public BillingDeskDatabase Open()
    {
        // Tests make their services at once and know no better; the server is there for all of them.
        var server = PostgresServer.SharedAsync().GetAwaiter().GetResult();
        return BillingDeskDatabase.OnPostgres(server.CreateDatabaseAsync().GetAwaiter().GetResult());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask; // the databases go with the server
}
