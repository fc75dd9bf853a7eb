using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Freshet.Redis.Tests.Faults;

/// <summary>A node as a process of its own: this test program, started again. It ends with the test, or at the latest with the test process, whose end closes its input.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    /// <summary>The first argument of a node.</summary>
    public const string Verb = "run-node";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(40);

    private readonly Process _process;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<string>> _asked = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Lock _input = new();
    private int _last;

    private NodeProcess(NodeSettings settings)
    {
        Settings = settings;
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Freshet.Redis.Tests"), [Verb, JsonSerializer.Serialize(settings)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_TieredPGO"] = "0"; // a node lives for seconds
        _asked[0] = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = Process.Start(start)!;
        _ = ReadAnswersAsync();
        _ = ReadLogAsync();
    }

    public NodeSettings Settings { get; }

    /// <summary>Its log lines, warnings and worse, each beginning with its level and id.</summary>
    public IReadOnlyCollection<string> LogLines => _log;

    public static async Task<NodeProcess> StartAsync(NodeSettings settings)
    {
        var node = new NodeProcess(settings);
        try
        {
            await node._asked[0].Task.WaitAsync(_patience);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
        return node;
    }

    /// <summary>SIGSTOP: it does nothing, and nobody is told.</summary>
    public void Pause() => Signals.Send(_process, Signals.Stop);

    public void Resume() => Signals.Send(_process, Signals.Continue);

    /// <summary>Has it do something.</summary>
    public async Task<string> AskAsync(FormattableString command)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = _asked[id] = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var line = command.ToString(CultureInfo.InvariantCulture);
        lock (_input)
        {
            _process.StandardInput.Write($"{id} {line}\n");
            _process.StandardInput.Flush();
        }
        try
        {
            return await answer.Task.WaitAsync(_patience);
        }
        catch (TimeoutException)
        {
            var counts = line == "counts" ? "none" : await AskAsync($"counts");
            throw new TimeoutException($"Node {Settings.Name} did not answer '{line}'. Its counts: {counts} Its log: {string.Join(Environment.NewLine, _log)}");
        }
    }

    public async Task<NodeCounts> CountsAsync() => JsonSerializer.Deserialize<NodeCounts>(await AskAsync($"counts"))!;

    public async Task<long> ReadAsync(CachedQuery query, string key) => long.Parse(await AskAsync($"read {query.Name} {key}"), CultureInfo.InvariantCulture);

    /// <summary>Ends it as a host does on SIGTERM.</summary>
    public async Task StopAsync()
    {
        await AskAsync($"stop");
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(_patience);
    }

    /// <summary>SIGKILL: nothing is given back, nobody is told.</summary>
    public async Task KillAsync()
    {
        Signals.Send(_process, Signals.Kill);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private async Task ReadAnswersAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var parts = line.Split(' ', 3);
            if (!_asked.TryRemove(int.Parse(parts[0], CultureInfo.InvariantCulture), out var asked)) continue;
            if (parts[1] == "failed") asked.SetException(new InvalidOperationException($"Node {Settings.Name}: {parts[2]}"));
            else asked.SetResult(parts.Length > 2 ? parts[2] : "");
        }
        foreach (var (_, asked) in _asked) asked.TrySetException(new InvalidOperationException($"Node {Settings.Name} has ended: {string.Join(Environment.NewLine, _log)}"));
    }

    private async Task ReadLogAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line) _log.Enqueue(line);
    }
}
