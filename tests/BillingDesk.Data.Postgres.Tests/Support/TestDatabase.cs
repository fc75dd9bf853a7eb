using Npgsql;

namespace BillingDesk.Data.Tests;

/// <summary>A database of one test's own, on the tests' server.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    /// <summary>Names of the desk's tables, in order.</summary>
    public const string TablesSql = "SELECT tablename FROM pg_tables WHERE schemaname = 'billing_desk' AND tablename <> 'desk_schema' ORDER BY tablename";

    private static int _made;

    private readonly string _name = $"desk_{Interlocked.Increment(ref _made)}";

    public BillingDeskDatabase Open()
    {
        Execute($"DROP DATABASE IF EXISTS {_name} WITH (FORCE)"); Execute($"CREATE DATABASE {_name}");
        return BillingDeskDatabase.OnPostgres($"Host=127.0.0.1;Port=55432;Username=postgres;Database={_name}");
    }

    public ValueTask DisposeAsync()
    {
        Execute($"DROP DATABASE {_name} WITH (FORCE)");
        return ValueTask.CompletedTask;
    }

    private static void Execute(string sql)
    {
        using var connection = new NpgsqlConnection("Host=127.0.0.1;Port=55432;Username=postgres;Database=postgres");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
