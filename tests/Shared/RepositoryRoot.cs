namespace Freshet.Tests;

/// <summary>Finds files of the repository that tests compare with, such as snapshots that are reviewed.</summary>
internal static class RepositoryRoot
{
    private static readonly string _path = Find();

    /// <summary>The path of a file, from the repository's root.</summary>
    public static string File(params string[] parts) => Path.Combine([_path, .. parts]);

    /// <summary>The paths of all files below a folder, from the repository's root, always in the same order.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) => Directory.EnumerateFiles(File(folder), pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Freshet.slnx"))) return folder.FullName;
        }
        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Freshet.slnx. Run the tests from a build inside the repository.");
    }
}
