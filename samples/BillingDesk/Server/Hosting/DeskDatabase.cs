using BillingDesk.Data;

namespace BillingDesk.Server;

/// <summary>Which database the desk is on.</summary>
internal static class DeskDatabase
{
    private const string FileKey = "BillingDesk:Database";
    private const string PostgresKey = "BillingDesk:Postgres";

    /// <summary>The PostgreSQL server of the configured connection string; else the configured file, or <c>billing-desk.db</c> in a folder of the signed-in user, which is created.</summary>
    public static BillingDeskDatabase From(IConfiguration configuration)
    {
        if (configuration[PostgresKey] is { Length: > 0 } server) return BillingDeskDatabase.OnPostgres(server);
        var path = Path.GetFullPath(configuration[FileKey] ?? Path.Combine(UserFolder(), "billing-desk.db"));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return BillingDeskDatabase.InFile(path);
    }

    private static string UserFolder()
    {
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
        return folder.Length > 0
            ? Path.Combine(folder, "freshet")
            : throw new InvalidOperationException($"This user has no folder for application data. Say where the database goes: --{FileKey} /path/to/billing-desk.db");
    }
}
