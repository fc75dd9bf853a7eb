using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Freshet.Tests;

/// <summary>Keeps every log line, formatted.</summary>
public sealed class CollectedLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();
    private readonly Lock _gate = new();
    private readonly List<(string Part, TaskCompletionSource Seen)> _awaited = [];


    public IReadOnlyList<(LogLevel Level, string Text)> Lines => [.. _lines];

    /// <summary>Completes when a line that contains the text was or is written.</summary>
    public Task WaitForAsync(string part)
    {
        lock (_gate)
        {
            if (_lines.Any(line => line.Text.Contains(part, StringComparison.Ordinal))) return Task.CompletedTask;
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((part, seen));
            return seen.Task.WaitAsync(TimeSpan.FromSeconds(30)); // fails rather than hangs
        }
    }

    /// <summary>Thrown by every line at information or above, as a broken provider would.</summary>
    public Exception? Failure { get; set; }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Failure is { } failure && logLevel >= LogLevel.Information) throw failure;
        var text = formatter(state, exception);
        lock (_gate)
        {
            _lines.Enqueue((logLevel, text));
            foreach (var (_, seen) in _awaited.Where(awaited => text.Contains(awaited.Part, StringComparison.Ordinal))) seen.TrySetResult();
        }
    }
}
