using System.Collections.Concurrent;

namespace Freshet.AspNetCore.Tests;

public sealed record CollectedLine(string Category, LogLevel Level, int Id, string Text);

/// <summary>Keeps every log line, with the exception's whole text, as a file would.</summary>
public sealed class CollectedLines : ILoggerProvider
{
    private readonly ConcurrentQueue<CollectedLine> _lines = new();

    public IReadOnlyList<CollectedLine> All => [.. _lines];

    public IReadOnlyList<CollectedLine> Of(int id) => [.. _lines.Where(line => line.Category == "Freshet.Http" && line.Id == id)];

    public ILogger CreateLogger(string categoryName) => new Category(categoryName, _lines);

    public void Dispose()
    {
    }

    private sealed class Category(string name, ConcurrentQueue<CollectedLine> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(new CollectedLine(name, logLevel, eventId.Id, $"{formatter(state, exception)} {exception}"));
    }
}
