using System.Text.RegularExpressions;

namespace Freshet.Simulation.Building;

/// <summary>Turns a source file of the core into what the simulator runs. Only the way to other threads is changed, never what the code decides.</summary>
/// <remarks>
/// Most of that needs no change of text: types in <c>Simulated/Shims</c> stand before the thread pool, completion sources, random
/// numbers and the like, because they are in the core's own namespace. What is left is how awaits go on:
///   <c>ConfigureAwait(false)</c> -> the thread pool, or whoever completed the task;
///   <c>ConfigureAwait(true)</c> -> the lane of the node, or, if that is where the task was completed, right there, as in production.
/// And locks: work that was interrupted may hold one, and whoever wants it lets others go on. And what a static declaration remembers of
/// the application that read last, since runs on other threads use the same declarations.
/// </remarks>
internal static partial class Rewriting
{
    public static string Rewrite(string source)
    {
        source = source.Replace(".ConfigureAwait(false)", ".ConfigureAwait(true)", StringComparison.Ordinal)
            .Replace("Guid.NewGuid()", "Identities.Next()", StringComparison.Ordinal)
            .Replace("internal QueryRuntime<TArgs, TValue>? LastRuntime;", "internal ref QueryRuntime<TArgs, TValue>? LastRuntime => ref Simulation.PerRun.Slot<QueryRuntime<TArgs, TValue>>(this);", StringComparison.Ordinal);
        source = Options().Replace(source, "ConfigureAwait($1 | ConfigureAwaitOptions.ContinueOnCapturedContext)");
        source = LockStatement().Replace(source, "lock (Simulation.Preemption.Free($1))");
        return LogMessage().Replace(source, "$1$2 { }");
    }

    [GeneratedRegex(@"\block \(([^()]+)\)")]
    private static partial Regex LockStatement();

    [GeneratedRegex(@"ConfigureAwait\((ConfigureAwaitOptions[^)]*)\)")]
    private static partial Regex Options();

    // The generator that writes log messages does not run here, and nobody reads them.
    [GeneratedRegex(@"\[LoggerMessage\([\s\S]*?\)\]\s*\n(?:\s*#pragma[^\n]*\n)*\s*((?:public|internal|private) static )partial (void \w+\([^;]*\));", RegexOptions.Multiline)]
    private static partial Regex LogMessage();
}
