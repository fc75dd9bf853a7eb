using Freshet.Tests;

namespace Freshet.Simulation.Building;

/// <summary>The files that a simulated build is made of: the core as it is in the repository, the outbox's own half of its package, and the simulator around them.</summary>
internal static class SourceFiles
{
    /// <summary>What of <c>src/Freshet.Sql</c> needs no database. In place of the rest stands <c>Simulated/Shims/OutboxDatabase.cs</c>.</summary>
    private static readonly string[] _outbox =
    [
        "Databases/OpenTransaction.cs", "Diagnostics/OutboxCounters.cs", "Errors/OutboxTableMissingException.cs", "Hosting/OutboxHost.cs", "Hosting/SqlMessages.cs", "Hosting/SqlOutboxOptions.cs",
        "Outbox/AppendedMarks.cs", "Outbox/FreshetOutboxExtensions.cs", "Outbox/LookUps.cs", "Outbox/OutboxRow.cs", "Outbox/RowReader.cs", "Outbox/SqlOutbox.cs",
        "Relay/DueRows.cs", "Relay/OutboxRelay.cs",
    ];

    private static readonly string _core = Path.GetDirectoryName(RepositoryRoot.File("src", "Freshet", "Freshet.csproj"))!;
    private static readonly string _sql = Path.GetDirectoryName(RepositoryRoot.File("src", "Freshet.Sql", "Freshet.Sql.csproj"))!;
    private static readonly string _simulated = RepositoryRoot.File("tests", "Freshet.Simulation", "Simulated");

    /// <summary>Each file of the core by its path below <c>src/Freshet</c>, and of the outbox by its path below <c>src</c>, with its text.</summary>
    public static IReadOnlyDictionary<string, string> Core { get; } = Read(_core)
        .Concat(_outbox.Select(name => KeyValuePair.Create("Freshet.Sql/" + name, File.ReadAllText(Path.Combine(_sql, name)))))
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>The simulator's, with what a shared log keeps in other tests too.</summary>
    public static IReadOnlyDictionary<string, string> Simulator { get; } = Read(_simulated)
        .Append(KeyValuePair.Create("Shared/TestLogState.cs", File.ReadAllText(RepositoryRoot.File("tests", "Shared", "TestLogState.cs"))))
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>Where a file of the core lies in the repository.</summary>
    public static string PathOf(string name) => name.StartsWith("Freshet.Sql/", StringComparison.Ordinal) ? "src/" + name : "src/Freshet/" + name;

    private static Dictionary<string, string> Read(string folder) => Directory
        .EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Select(path => (Name: Path.GetRelativePath(folder, path).Replace('\\', '/'), Path: path))
        .Where(file => !file.Name.StartsWith("obj/", StringComparison.Ordinal) && !file.Name.StartsWith("bin/", StringComparison.Ordinal))
        .OrderBy(file => file.Name, StringComparer.Ordinal)
        .ToDictionary(file => file.Name, file => File.ReadAllText(file.Path), StringComparer.Ordinal);
}
