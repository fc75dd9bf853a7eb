using System.Collections.Concurrent;

namespace Freshet.Redis.Tests.Faults;

/// <summary>Keeps what a node did, and counts it for whoever waits until enough was done.</summary>
internal sealed class Recorder
{
    private readonly ConcurrentQueue<ReadEvent> _reads = new();
    private readonly ConcurrentQueue<WriteEvent> _writes = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private int _finished;

    public int Reads => _reads.Count;

    /// <summary>Writes that were answered as finished.</summary>
    public int Finished => Volatile.Read(ref _finished);

    public void Add(ReadEvent read) => _reads.Enqueue(read);

    public void Add(WriteEvent write)
    {
        _writes.Enqueue(write);
        if (!write.IsPending) Interlocked.Increment(ref _finished);
    }

    public void AddFailure(string call, Exception error) => _failures.Enqueue($"F {call}: {error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")}");

    public Task SaveAsync(string path) =>
        File.WriteAllLinesAsync(path, _writes.Select(write => write.Write()).Concat(_reads.Select(read => read.Write())).Concat(_failures));
}

/// <summary>What several nodes did.</summary>
internal sealed class History
{
    public List<ReadEvent> Reads { get; } = [];

    public List<WriteEvent> Writes { get; } = [];

    /// <summary>Calls that threw.</summary>
    public List<string> Failures { get; } = [];

    public async Task AddAsync(string path)
    {
        await foreach (var line in File.ReadLinesAsync(path))
        {
            var parts = line.Split(' ');
            if (parts[0] == "R") Reads.Add(ReadEvent.Read(parts));
            else if (parts[0] == "W") Writes.Add(WriteEvent.Read(parts));
            else Failures.Add(line);
        }
    }
}
