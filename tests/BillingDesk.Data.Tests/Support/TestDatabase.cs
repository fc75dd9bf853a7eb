namespace BillingDesk.Data.Tests;

/// <summary>A database of one test's own: a temporary file. The tests of the same name on PostgreSQL bring another.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    /// <summary>Names of the desk's tables, in order.</summary>
    public const string TablesSql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("billing-desk-");

    /// <param name="seeded">Whether it was seeded for the day of <see cref="SeededFile"/>; else it is empty.</param>
    public BillingDeskDatabase Open(bool seeded)
    {
        var path = Path.Combine(_folder.FullName, "desk.db");
        if (seeded) SeededFile.CopyTo(path);
        return BillingDeskDatabase.InFile(path);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
