using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Npgsql;

namespace Freshet.Tests;

/// <summary>A real PostgreSQL on loopback, with a free port and a cluster of its own in a temporary folder. It ends when it is disposed, or at the latest with the test process.</summary>
/// <remarks>PostgreSQL refuses to run as root: there it runs as the user <c>postgres</c>, or else <c>nobody</c>.</remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "freshet";
    private const int SignalInterrupt = 2, SignalKill = 9;

    private static readonly Lock _gate = new();
    private static readonly HashSet<PostgresServer> _running = [];
    private static readonly Lazy<Task<PostgresServer>> _shared = new(() => StartAsync());
    private static bool _isEnding; // the test process is: another server would outlive it
    private static int _databases;

    private readonly string[] _arguments;
    private readonly string _folder;
    private Process? _process;

    static PostgresServer() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        lock (_gate)
        {
            _isEnding = true;
            foreach (var server in _running) server.EndNow();
        }
    };

    private PostgresServer(string folder, int port, string[] arguments)
    {
        _folder = folder;
        Port = port;
        _arguments = arguments;
    }

    public int Port { get; }

    /// <summary>One for all tests of the process that do not kill it; each test makes a database of its own. It syncs nothing to disk.</summary>
    public static Task<PostgresServer> SharedAsync() => _shared.Value;

    /// <summary>Ends the shared one, if a test has asked for it.</summary>
    public static async Task EndSharedAsync()
    {
        if (_shared.IsValueCreated) await (await _shared.Value).DisposeAsync();
    }

    /// <summary>Starts a server with an empty cluster.</summary>
    /// <param name="durable">Whether it syncs to disk as in production, so that what it committed outlives it; else it is faster.</param>
    /// <param name="arguments">As on the command line: <c>-c</c>, <c>max_connections=20</c>.</param>
    public static async Task<PostgresServer> StartAsync(bool durable = false, params string[] arguments)
    {
        var folder = Path.Combine(Path.GetTempPath(), "freshet-postgres-" + Path.GetRandomFileName());
        await RunToEndAsync("initdb", ["--pgdata", folder, "--username", User, "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"]);
        string[] settings = durable ? [] : ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"];
        var server = new PostgresServer(folder, FreePort(), [.. settings, .. arguments]);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>How Npgsql and psql find a database of it.</summary>
    public string ConnectionTo(string database) => $"Host=127.0.0.1;Port={Port.ToString(CultureInfo.InvariantCulture)};Username={User};Database={database}";

    /// <summary>Makes a database.</summary>
    /// <param name="template">One to copy, to which nobody is connected; null for an empty one.</param>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = $"test_{Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture)}";
        // Hundreds are made: over a pooled connection, and copied file by file rather than, as is the default since version 15, by way of the log.
        await using var connection = new NpgsqlConnection(ConnectionTo("postgres"));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name} TEMPLATE {template ?? "template1"}{(connection.PostgreSqlVersion.Major >= 15 ? " STRATEGY FILE_COPY" : "")}";
        await command.ExecuteNonQueryAsync();
        return ConnectionTo(name);
    }

    /// <summary>Runs SQL with psql, apart from what is tested.</summary>
    /// <returns>What it prints: rows alone, columns parted by <c>|</c>.</returns>
    public Task<string> RunSqlAsync(string database, string sql) =>
        RunToEndAsync("psql", ["--host", "127.0.0.1", "--port", $"{Port}", "--username", User, "--dbname", database, "--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", sql]);

    /// <summary>SIGKILL to the server and so to all that serve its clients. What was committed is recovered when it starts again, if it was started durable.</summary>
    public async Task KillAsync()
    {
        Signal(SignalKill);
        await _process!.WaitForExitAsync();
    }

    /// <summary>Starts it on what it left.</summary>
    public async Task StartAgainAsync()
    {
        // The processes of a killed server end a moment after it, and until then hold its memory: the next one refuses to start.
        for (var attempt = 1; ; attempt++)
        {
            var said = await StartProcessAsync();
            if (said is null) return;
            if (attempt == 100) throw new InvalidOperationException($"postgres ended at once: {said}");
            await Task.Delay(100);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            Signal(SignalInterrupt);
            await _process.WaitForExitAsync();
        }
        lock (_gate) _running.Remove(this);
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <returns>Null when it listens; else what it said before it ended.</returns>
    private async Task<string?> StartProcessAsync()
    {
        var start = AsUser("postgres",
        [
            "-D", _folder, "-p", $"{Port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "shared_buffers=32MB", "-c", "max_connections=200", "-c", "jit=off", .. _arguments,
        ]);
        start.RedirectStandardError = true;
        lock (_gate)
        {
            if (_isEnding) throw new InvalidOperationException("The test process is ending.");
            _process = Process.Start(start) ?? throw new InvalidOperationException("postgres did not start.");
            _running.Add(this);
        }
        // Its own words tell when it listens; after them the pipe is drained, or the server would stop at a full one.
        var said = new List<string>();
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            said.Add(line);
            if (!line.Contains("database system is ready to accept connections", StringComparison.Ordinal)) continue;
            _ = _process.StandardError.BaseStream.CopyToAsync(Stream.Null);
            return null;
        }
        await _process.WaitForExitAsync();
        return string.Join(Environment.NewLine, said);
    }

    private static async Task<string> RunToEndAsync(string program, string[] arguments)
    {
        var start = AsUser(program, arguments);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var faults = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException($"{program}: {output}{await faults}");
    }

    private static ProcessStartInfo AsUser(string program, string[] arguments)
    {
        var path = PathOf(program);
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", ["--reuid", Unprivileged(), "--regid", "nogroup", "--clear-groups", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
        start.WorkingDirectory = Path.GetTempPath(); // that user may not enter the tests' own
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    private static string Unprivileged() =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";

    // Debian keeps them off the path, a folder for each version.
    private static string PathOf(string program) => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture))
            .Select(folder => Path.Combine(folder, "bin", program)).FirstOrDefault(File.Exists) ?? program
        : program;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void EndNow()
    {
        if (_process is not { HasExited: false }) return;
        Signal(SignalInterrupt); // at once for its clients, and in order for what is on disk
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5))) Signal(SignalKill);
        Directory.Delete(_folder, recursive: true);
    }

    // By its own id, and only while it is known to be this child.
    private void Signal(int signal)
    {
        if (SendSignal(_process!.Id, signal) != 0) throw new InvalidOperationException($"Signal {signal} did not reach postgres.");
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
