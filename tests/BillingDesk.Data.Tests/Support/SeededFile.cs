[assembly: AssemblyFixture(typeof(BillingDesk.Data.Tests.SeededFile))]

namespace BillingDesk.Data.Tests;

/// <summary>A file that was seeded for the day on which the tests' clocks stand, made once; who needs a seeded desk starts from a copy.</summary>
public sealed class SeededFile : IAsyncLifetime
{
    public static readonly DateOnly Day = new(2026, 1, 15);

    private static string _path = "";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("billing-desk-seed-");

    public static void CopyTo(string path) => File.Copy(_path, path);

    public async ValueTask InitializeAsync()
    {
        _path = Path.Combine(_folder.FullName, "desk.db");
        using var database = BillingDeskDatabase.InFile(_path);
        await database.PrepareAsync(Day);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
