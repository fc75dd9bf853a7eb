using System.Diagnostics;
using System.Text;

namespace BillingDesk.Processes.Tests;

/// <summary>The sample's own program, in a process of its own. It ends when it is disposed.</summary>
internal sealed class DeskProcess : IAsyncDisposable
{
    private const string Started = "Billing Desk: ";
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2); // the first one seeds the database

    private readonly Process _process;
    private readonly StringBuilder _said = new(); // guarded by itself
    private readonly TaskCompletionSource<string> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpClient? _http;

    private DeskProcess(IEnumerable<string> arguments)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "BillingDesk.Server"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true },
            EnableRaisingEvents = true,
        };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Exited += (_, _) => _started.TrySetException(new InvalidOperationException($"The process ended before it had started: {Said}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Asks it over HTTP, in the name of the demo user.</summary>
    public HttpClient Http => _http!;

    private string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    /// <summary>Starts a web node, and waits until it answers.</summary>
    public static async Task<DeskProcess> StartWebAsync(params IEnumerable<string> arguments)
    {
        var node = new DeskProcess(["--urls", "http://127.0.0.1:0", .. arguments]);
        try
        {
            var address = await node._started.Task.WaitAsync(_patience);
            node._http = new HttpClient { BaseAddress = new Uri(address) };
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one job in a process that does nothing else, to its end.</summary>
    /// <returns>What it says it did.</returns>
    public static async Task<string> RunJobAsync(string job, params IEnumerable<string> arguments)
    {
        await using var once = new DeskProcess(["--job", job, .. arguments]);
        await once._process.WaitForExitAsync().WaitAsync(_patience);
        once._process.ExitCode.ShouldBe(0, once.Said);
        return await once._started.Task;
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        lock (_said) _said.AppendLine(line);
        if (line.StartsWith(Started, StringComparison.Ordinal)) _started.TrySetResult(line[Started.Length..]);
    }
}
