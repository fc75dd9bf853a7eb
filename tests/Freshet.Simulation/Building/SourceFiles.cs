using Freshet.Tests;

namespace Freshet.Simulation.Building;

/// <summary>The files that a simulated build is made of: the core as it is in the repository, and the simulator around it.</summary>
internal static class SourceFiles
{
    private static readonly string _core = Path.GetDirectoryName(RepositoryRoot.File("src", "Freshet", "Freshet.csproj"))!;
    private static readonly string _simulated = RepositoryRoot.File("tests", "Freshet.Simulation", "Simulated");

    /// <summary>Each file of the core by its path below <c>src/Freshet</c>, with its text.</summary>
    public static IReadOnlyDictionary<string, string> Core { get; } = Read(_core);

    /// <summary>The same of the simulator.</summary>
    public static IReadOnlyDictionary<string, string> Simulator { get; } = Read(_simulated);

    private static Dictionary<string, string> Read(string folder) => Directory
        .EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Select(path => (Name: Path.GetRelativePath(folder, path).Replace('\\', '/'), Path: path))
        .Where(file => !file.Name.StartsWith("obj/", StringComparison.Ordinal) && !file.Name.StartsWith("bin/", StringComparison.Ordinal))
        .OrderBy(file => file.Name, StringComparer.Ordinal)
        .ToDictionary(file => file.Name, file => File.ReadAllText(file.Path), StringComparer.Ordinal);
}
