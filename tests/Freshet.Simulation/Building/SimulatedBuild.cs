using System.Runtime.Loader;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Freshet.Simulation.Building;

/// <summary>The core and the simulator, compiled together into an assembly of their own: as they are, or with one change planted.</summary>
internal static class SimulatedBuild
{
    private static readonly CSharpParseOptions _language = new(LanguageVersion.CSharp14, DocumentationMode.None);
    private static readonly Lazy<CSharpCompilation> _faithful = new(Compile);

    private const string Usings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;";

    /// <summary>The core as it is.</summary>
    public static CSharpCompilation Faithful => _faithful.Value;

    /// <summary>The same, loaded once for all that need no build of their own.</summary>
    public static readonly Lazy<Func<string, string>> Shared = new(() => Load());

    /// <summary>A file of the core as it is compiled.</summary>
    public static string TextOf(string file) => Rewriting.Rewrite(Source(file));

    /// <summary>The same for each file that is changed, with its changes.</summary>
    /// <exception cref="InvalidOperationException">A text is not there, or is there more than once.</exception>
    public static Dictionary<string, string> TextsWith(IReadOnlyList<Change> changes) => changes.GroupBy(change => change.File)
        .ToDictionary(file => file.Key, file => Rewriting.Rewrite(file.Aggregate(Source(file.Key), (text, change) => change.In(text))));

    /// <summary>Compiles and loads it.</summary>
    /// <param name="changes">What to plant: a text of a file of the core, and what to put in its place.</param>
    /// <returns>Runs a request and tells its outcome, both as JSON.</returns>
    /// <exception cref="InvalidOperationException">A text is not there, or is there more than once; or the whole does not compile.</exception>
    public static Func<string, string> Load(params IReadOnlyList<Change> changes) => Load(TextsWith(changes));

    /// <summary>The same with other texts in place of some files.</summary>
    public static Func<string, string> Load(IReadOnlyDictionary<string, string> texts)
    {
        var compilation = Faithful;
        foreach (var (file, text) in texts)
        {
            var old = compilation.SyntaxTrees.Single(tree => tree.FilePath == "core/" + file);
            compilation = compilation.ReplaceSyntaxTree(old, Parse("core/" + file, text));
        }

        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        if (!emitted.Success)
            throw new InvalidOperationException("The simulated build does not compile:\n" + string.Join('\n', emitted.Diagnostics.Where(each => each.Severity == DiagnosticSeverity.Error).Take(20)));
        image.Position = 0;
        var assembly = new AssemblyLoadContext("simulated").LoadFromStream(image);
        return assembly.GetType("Freshet.Simulation.Runner", throwOnError: true)!.GetMethod("Run")!.CreateDelegate<Func<string, string>>();
    }

    private static string Source(string file) =>
        SourceFiles.Core.TryGetValue(file, out var text) ? text : throw new InvalidOperationException($"There is no {SourceFiles.PathOf(file)} to plant a bug in.");

    private static CSharpCompilation Compile()
    {
        var trees = SourceFiles.Core.Select(file => Parse("core/" + file.Key, Rewriting.Rewrite(file.Value)))
            .Concat(SourceFiles.Simulator.Select(file => Parse("simulator/" + file.Key, file.Value)))
            .Append(Parse("usings.cs", Usings));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is not ("Freshet.dll" or "Freshet.Simulation.dll"))
            .Select(path => MetadataReference.CreateFromFile(path));
        return CSharpCompilation.Create("Freshet.Simulated", trees, references, new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable,
            generalDiagnosticOption: ReportDiagnostic.Suppress, concurrentBuild: true, deterministic: true));
    }

    public static SyntaxTree Parse(string path, string text) => CSharpSyntaxTree.ParseText(SourceText.From(text, Encoding.UTF8), _language, path);
}

/// <summary>One change of a file of the core.</summary>
/// <param name="File">The file, below <c>src/Freshet</c>; or below <c>src</c>, of the outbox.</param>
/// <param name="Old">Its text, which must be there exactly once.</param>
/// <param name="New">What stands there instead.</param>
internal sealed record Change(string File, string Old, string New)
{
    public string In(string text)
    {
        var at = text.IndexOf(Old, StringComparison.Ordinal);
        if (at < 0) throw new InvalidOperationException($"{SourceFiles.PathOf(File)} no longer has the text that a planted bug replaces; find the guard's new form:\n{Old}");
        if (text.IndexOf(Old, at + 1, StringComparison.Ordinal) >= 0) throw new InvalidOperationException($"{SourceFiles.PathOf(File)} has this text more than once; plant the bug more precisely:\n{Old}");
        return string.Concat(text.AsSpan(0, at), New, text.AsSpan(at + Old.Length));
    }
}
