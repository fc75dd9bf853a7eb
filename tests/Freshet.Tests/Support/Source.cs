using System.Collections.Concurrent;

namespace Freshet.Tests;

public sealed record Value(int Number, long Version = 0);

/// <summary>The source of truth of the tests: a row per key, whose reads can be held back after they have read, as a slow network would.</summary>
public sealed class Source
{
    private readonly ConcurrentDictionary<string, Value> _rows = new();
    private readonly ConcurrentDictionary<string, Gate> _gates = new();
    private readonly ConcurrentQueue<string> _reads = new();

    public Value this[string key]
    {
        get => _rows.GetValueOrDefault(key, new Value(0));
        set => _rows[key] = value;
    }

    /// <summary>Every read so far, by key.</summary>
    public int Reads => _reads.Count;

    /// <summary>Thrown by the next reads instead of an answer.</summary>
    public Exception? Failure { get; set; }

    private readonly ConcurrentQueue<string> _batches = new();

    /// <summary>Calls that asked for several keys, in order.</summary>
    public IReadOnlyList<string> Batches => [.. _batches];

    public void NoteBatch(string keys) => _batches.Enqueue(keys);

    public int ReadsOf(string key) => _reads.Count(read => read == key);

    /// <summary>The next read of the key takes its value, then waits for the gate. Later reads pass.</summary>
    public Gate HoldNext(string key) => _gates[key] = new Gate();

    public async Task<Value> ReadAsync(string key, CancellationToken cancellationToken)
    {
        _reads.Enqueue(key);
        var value = this[key];
        if (_gates.TryRemove(key, out var gate)) await gate.PassAsync(cancellationToken);
        return Failure is { } failure ? throw failure : value;
    }
}
