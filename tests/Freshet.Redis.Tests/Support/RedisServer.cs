using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Freshet.Redis.Tests;

/// <summary>A real redis-server on loopback, with a free port and a folder of its own. It ends with the test, or at the latest with the test process.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const int SignalKill = 9, SignalContinue = 18, SignalStop = 19;

    private static readonly Lock _gate = new();
    private static readonly HashSet<RedisServer> _running = [];
    private static bool _isEnding; // the test process is: another server would outlive it

    private readonly string[] _arguments;
    private readonly string _folder;
    private Process? _process;

    static RedisServer() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        lock (_gate)
        {
            _isEnding = true;
            foreach (var server in _running) server.KillNow();
        }
    };

    private RedisServer(int port, string[] arguments)
    {
        Port = port;
        _arguments = arguments;
        _folder = Directory.CreateTempSubdirectory("freshet-redis-").FullName;
    }

    public int Port { get; }

    /// <summary>For a client that keeps on trying. The timeout is a watchdog: a server that is away refuses at once.</summary>
    public string ConnectionString => ConnectionTo(Port);

    public static string ConnectionTo(int port) => $"127.0.0.1:{port},abortConnect=false,connectTimeout=15000,allowAdmin=true";

    /// <summary>Starts a server. It saves nothing unless told to, so that a restart is an empty one.</summary>
    /// <param name="arguments">As on the command line: <c>--maxmemory</c>, <c>3mb</c>.</param>
    public static Task<RedisServer> StartAsync(params string[] arguments) => StartOnAsync(FreePort(), arguments);

    public static async Task<RedisServer> StartOnAsync(int port, params string[] arguments)
    {
        var server = new RedisServer(port, arguments);
        await server.StartProcessAsync();
        return server;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>SIGKILL: nothing is saved, nobody is told.</summary>
    public async Task KillAsync()
    {
        KillNow();
        await _process!.WaitForExitAsync();
    }

    /// <summary>Kills it and starts it again on the same port, with what it last saved (<see cref="SaveAsync"/>) or else empty.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await StartProcessAsync();
    }

    public Task StartAgainAsync() => StartProcessAsync();

    /// <summary>SIGSTOP: connections stay, answers do not come.</summary>
    public void Pause() => Signal(SignalStop);

    public void Resume() => Signal(SignalContinue);

    /// <summary>Writes a snapshot, which the next start reads.</summary>
    public Task SaveAsync() => RunAsync("SAVE");

    public Task FlushAsync() => RunAsync("FLUSHALL");

    /// <summary>Runs a command apart from what is tested.</summary>
    /// <returns>The answer as redis-cli prints it to a pipe.</returns>
    public async Task<string> RunAsync(params string[] command)
    {
        var start = new ProcessStartInfo("redis-cli", ["-h", "127.0.0.1", "-p", $"{Port}", .. command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var client = Process.Start(start)!;
        var output = await client.StandardOutput.ReadToEndAsync();
        await client.WaitForExitAsync();
        return client.ExitCode == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException($"redis-cli {string.Join(' ', command)}: {output}{await client.StandardError.ReadToEndAsync()}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) await KillAsync();
        lock (_gate) _running.Remove(this);
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartProcessAsync()
    {
        var start = new ProcessStartInfo("redis-server",
        [
            "--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _folder, "--save", "", "--appendonly", "no", "--daemonize", "no", .. _arguments,
        ])
        { RedirectStandardOutput = true };
        lock (_gate)
        {
            if (_isEnding) throw new InvalidOperationException("The test process is ending.");
            _process = Process.Start(start) ?? throw new InvalidOperationException("redis-server did not start.");
            _running.Add(this);
        }
        // Its own words tell when it listens; after them the pipe is drained, or the server would stop at a full one.
        var said = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            said.Add(line);
            if (!line.Contains("Ready to accept connections", StringComparison.Ordinal)) continue;
            _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            return;
        }
        throw new InvalidOperationException($"redis-server ended at once: {string.Join(Environment.NewLine, said)}");
    }

    private void KillNow()
    {
        if (_process is { HasExited: false }) Signal(SignalKill);
    }

    // By its own id, and only while it is known to be this child.
    private void Signal(int signal)
    {
        if (SendSignal(_process!.Id, signal) != 0) throw new InvalidOperationException($"Signal {signal} did not reach redis-server.");
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
