using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Freshet.Simulation.Building;

/// <summary>Nothing in the simulated core starts work, waits, measures time or draws lots but through the scheduler.</summary>
public sealed class EscapeTests
{
    // By the member's type and name; a name of * means every member.
    private static readonly HashSet<string> _forbidden =
    [
        "System.Threading.ThreadPool.*", "System.Threading.Tasks.TaskFactory.*", "System.Threading.Tasks.Task.Run", "System.Threading.Tasks.Parallel.*",
        "System.Threading.Tasks.TaskCompletionSource..ctor", "System.Threading.Tasks.TaskCompletionSource<TResult>..ctor", "System.Threading.Timer..ctor", "System.Timers.Timer..ctor",
        "System.Threading.PeriodicTimer..ctor", "System.Threading.Thread.Sleep", "System.Threading.Thread.Start", "System.Threading.CancellationTokenSource..ctor",
        "System.Threading.CancellationTokenSource.CancelAsync", "System.Threading.CancellationTokenSource.CancelAfter", "System.Threading.Channels.Channel.*",
        "System.Random.*", "System.Security.Cryptography.RandomNumberGenerator.*", "System.Guid.NewGuid", "System.DateTime.UtcNow", "System.DateTime.Now", "System.DateTimeOffset.UtcNow", "System.DateTimeOffset.Now",
        "System.Diagnostics.Stopwatch.*", "System.GC.GetGCMemoryInfo", "System.Threading.SynchronizationContext.Current", "System.Threading.Tasks.TaskScheduler.FromCurrentSynchronizationContext",
    ];

    // Waits that take a time must be given whose time.
    private static readonly HashSet<string> _timed = ["System.Threading.Tasks.Task.Delay", "System.Threading.Tasks.Task.WaitAsync", "System.Threading.Tasks.Task<TResult>.WaitAsync"];

    [Fact]
    public void NothingInTheCoreEscapesTheScheduler()
    {
        var compilation = SimulatedBuild.Faithful;
        var (escapes, queues) = (new List<string>(), 0);
        foreach (var tree in compilation.SyntaxTrees.Where(tree => tree.FilePath.StartsWith("core/", StringComparison.Ordinal)))
        {
            var model = compilation.GetSemanticModel(tree);
            foreach (var node in tree.GetRoot().DescendantNodes().Where(node => node is IdentifierNameSyntax or GenericNameSyntax or BaseObjectCreationExpressionSyntax))
            {
                if (model.GetSymbolInfo(node).Symbol is not { } symbol || symbol is not (IMethodSymbol or IPropertySymbol)) continue;
                if (symbol.ContainingType?.ToDisplayString() == "Freshet.ThreadPool") queues++;
                if (Escapes(symbol))
                    escapes.Add($"{tree.FilePath}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1} {symbol.ToDisplayString()}");
            }
            if (tree.ToString().Contains("ConfigureAwait(false)", StringComparison.Ordinal)) escapes.Add($"{tree.FilePath} goes on wherever it is");
        }

        escapes.ShouldBeEmpty();
        queues.ShouldBeGreaterThan(3); // the core does queue work, on what stands before the thread pool

        // The one thread that a core starts: it captures an empty context and ends before anybody goes on.
        SourceFiles.Core.Where(file => file.Value.Contains("new Thread(", StringComparison.Ordinal)).Select(file => file.Key).ShouldBe(["Reading/LoadFlow.cs"]);
    }

    private static bool Escapes(ISymbol symbol)
    {
        var type = symbol.ContainingType?.OriginalDefinition.ToDisplayString();
        var name = symbol is IMethodSymbol { MethodKind: MethodKind.Constructor } ? ".ctor" : symbol.Name;
        if (_forbidden.Contains($"{type}.*") || _forbidden.Contains($"{type}.{name}")) return true;
        return symbol is IMethodSymbol method && _timed.Contains($"{type}.{name}")
            && method.Parameters.Any(parameter => parameter.Type.Name is "TimeSpan" or "Int32") && method.Parameters.All(parameter => parameter.Type.Name != "TimeProvider");
    }
}
