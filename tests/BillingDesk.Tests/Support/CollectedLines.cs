using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace BillingDesk.Tests;

/// <summary>Keeps every log line, with the exception's whole text, as a file would.</summary>
internal sealed class CollectedLines : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();
    private volatile TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<(LogLevel Level, string Text)> All => [.. _lines];

    /// <summary>Waits until there are so many lines that contain the text.</summary>
    public async Task WaitForAsync(string text, int count = 1)
    {
        while (true)
        {
            var added = _added; // taken before looking: a line that comes after the look completes it
            if (_lines.Count(line => line.Text.Contains(text, StringComparison.Ordinal)) >= count) return;
            await added.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    public ILogger CreateLogger(string categoryName) => new Category(categoryName, this);

    public void Dispose()
    {
    }

    private void Add(LogLevel level, string text)
    {
        _lines.Enqueue((level, text));
        Interlocked.Exchange(ref _added, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    private sealed class Category(string name, CollectedLines lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add(logLevel, $"{name}: {formatter(state, exception)} {exception}");
    }
}
