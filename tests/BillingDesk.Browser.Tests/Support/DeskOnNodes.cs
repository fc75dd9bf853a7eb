using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Freshet.Tests;

namespace BillingDesk.Browser.Tests;

/// <summary>The sample as <c>./run --nodes 3</c> has it once everything is built: Redis, three web nodes, a worker and nginx in front, started by the same script.</summary>
public sealed class DeskOnNodes(Chromium chromium) : IAsyncLifetime
{
    private const int Terminate = 15;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("billing-desk-nodes-");
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _said = []; // guarded by itself
    private readonly int _port = FreePort();
    private Process _script = null!;
    private IBrowserContext? _browser;

    /// <summary>The one address in front of all nodes.</summary>
    public Uri Front => new($"http://127.0.0.1:{_port}");

    /// <summary>What the script has said.</summary>
    public string Said
    {
        get
        {
            lock (_said) return string.Join('\n', _said);
        }
    }

    public async ValueTask InitializeAsync()
    {
        // As built for these tests: ./run builds the page and a release first, which tests beside this one are reading from.
        var server = Path.Combine(AppContext.BaseDirectory, "../../BillingDesk.Server", new DirectoryInfo(AppContext.BaseDirectory).Name, "BillingDesk.Server.dll");
        var start = new ProcessStartInfo("bash",
        [
            "-c", "set -euo pipefail; source eng/tools.sh; source eng/nodes.sh; run_nodes 3 \"$@\"", "run", Path.GetFullPath(server),
            "--BillingDesk:Database", Path.Combine(_folder.FullName, "desk.db"), "--BillingDesk:Page", RepositoryRoot.File("samples/BillingDesk/page/dist"),
        ])
        {
            WorkingDirectory = Path.GetDirectoryName(RepositoryRoot.File("run")), RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["FRESHET_FRONT_PORT"] = $"{_port}";
        start.Environment.Remove("FRESHET_REDIS");
        _script = new Process { StartInfo = start, EnableRaisingEvents = true };
        _script.OutputDataReceived += (_, line) => Hear(line.Data);
        _script.ErrorDataReceived += (_, line) => Hear(line.Data);
        _script.Exited += (_, _) => _up.TrySetException(new InvalidOperationException($"It ended before it was up: {Said}"));
        _script.Start();
        _script.BeginOutputReadLine();
        _script.BeginErrorReadLine();
        try
        {
            await _up.Task.WaitAsync(TimeSpan.FromMinutes(3));
        }
        catch
        {
            await StopAsync(); // nobody disposes of what did not come up
            throw;
        }
    }

    /// <summary>Opens the page, at an account.</summary>
    public async Task<IPage> OpenAsync(string accountId) =>
        await DeskInBrowser.TabAsync(_browser ??= await chromium.BrowserAsync(Front.ToString()), accountId);

    /// <summary>Stops it as Ctrl+C in a terminal does, by the script's own process id.</summary>
    public async Task StopAsync()
    {
        if (_script.HasExited) return;
        using var kill = Process.Start("kill", [$"-{Terminate}", $"{_script.Id}"]);
        await _script.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.CloseAsync();
        await StopAsync();
        _script.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        lock (_said) _said.Add(line);
        if (line.Contains("Stop it with Ctrl+C", StringComparison.Ordinal)) _up.TrySetResult();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
