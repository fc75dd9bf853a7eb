using Freshet.Tests;

[assembly: AssemblyFixture(typeof(BillingDesk.Tests.SeededFile))]

namespace BillingDesk.Tests;

/// <summary>A seeded database, made once; every desk starts from a copy.</summary>
public sealed class SeededFile : IAsyncLifetime
{
    private static string _path = "";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("billing-desk-seed-");

    public static void CopyTo(string path) => File.Copy(_path, path);

    public async ValueTask InitializeAsync()
    {
        _path = Path.Combine(_folder.FullName, "desk.db");
        using var database = BillingDeskDatabase.InFile(_path);
        await database.PrepareAsync(DateOnly.FromDateTime(new TestTimeProvider().GetUtcNow().UtcDateTime));
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
