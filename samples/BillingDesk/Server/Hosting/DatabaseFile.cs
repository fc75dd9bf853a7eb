namespace BillingDesk.Server;

/// <summary>Where the database lies.</summary>
internal static class DatabaseFile
{
    private const string Key = "BillingDesk:Database";

    /// <summary>The configured path, or <c>billing-desk.db</c> in a folder of the signed-in user. The folder is created.</summary>
    public static string PathFrom(IConfiguration configuration)
    {
        var path = Path.GetFullPath(configuration[Key] ?? Path.Combine(UserFolder(), "billing-desk.db"));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>Deletes the file and SQLite's two beside it. Before the first connection is opened.</summary>
    public static void Delete(string path)
    {
        foreach (var suffix in (string[])["", "-wal", "-shm"]) File.Delete(path + suffix);
    }

    private static string UserFolder()
    {
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
        return folder.Length > 0
            ? Path.Combine(folder, "freshet")
            : throw new InvalidOperationException($"This user has no folder for application data. Say where the database goes: --{Key} /path/to/billing-desk.db");
    }
}
