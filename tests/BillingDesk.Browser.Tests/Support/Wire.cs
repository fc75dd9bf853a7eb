using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BillingDesk.Browser.Tests;

/// <summary>What lies between a browser and the desk: passes bytes on, until it is cut or made to hold back the stream.</summary>
internal sealed class Wire : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _desk;
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();
    private CancellationTokenSource _cut = new();
    private TaskCompletionSource _mended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _accepting = Task.CompletedTask;

    private Wire(string desk) => _desk = new Uri(desk);

    /// <summary>Where a browser finds it.</summary>
    public string Url => $"http://{_listener.LocalEndpoint}";

    /// <summary>Whether nothing passes. A connection is neither refused nor closed: nobody is told, as with a cable that was pulled.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Whether the stream's answers are kept back, as by a proxy that waits for their end.</summary>
    public bool BuffersStream { get; init; }

    public static Wire To(string desk, bool buffersStream = false)
    {
        var wire = new Wire(desk) { BuffersStream = buffersStream };
        wire._listener.Start();
        wire._accepting = wire.AcceptAsync();
        return wire;
    }

    /// <summary>Cuts it. What was under way is lost for good.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            IsCut = true;
            _cut.Cancel();
        }
    }

    /// <summary>Mends it. What knows nothing of a connection from before answers that it is over, as a router does that has lost its tables.</summary>
    public void Mend()
    {
        lock (_gate)
        {
            IsCut = false;
            _cut.Dispose();
            _cut = new CancellationTokenSource();
            _mended.SetResult();
            _mended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        var passing = new List<Task>();
        try
        {
            while (true) passing.Add(PassAsync(await _listener.AcceptTcpClientAsync(_ended.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(passing);
        }
    }

    private async Task PassAsync(TcpClient browser)
    {
        using var _ = browser;
        CancellationToken cut;
        Task mended;
        lock (_gate) (cut, mended) = (_cut.Token, _mended.Task);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cut, _ended.Token);
        try
        {
            using var desk = new TcpClient();
            await desk.ConnectAsync(_desk.Host, _desk.Port, ended.Token);
            var holds = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var there = CopyAsync(browser, desk, request => IsOfStream(request) && holds.TrySetResult(), ended);
            var back = CopyAsync(desk, browser, _ => holds.Task.IsCompleted, ended, drops: true);
            await Task.WhenAll(there, back);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or SocketException)
        {
            // Left open, and told nothing.
            if (cut.IsCancellationRequested) await Task.WhenAny(mended, Task.Delay(Timeout.Infinite, _ended.Token));
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to, Func<ReadOnlyMemory<byte>, bool> looks, CancellationTokenSource ended, bool drops = false)
    {
        var buffer = new byte[16 * 1024];
        int length;
        while ((length = await from.GetStream().ReadAsync(buffer, ended.Token)) > 0)
        {
            if (looks(buffer.AsMemory(0, length)) && drops) continue;
            await to.GetStream().WriteAsync(buffer.AsMemory(0, length), ended.Token);
        }
        await ended.CancelAsync();
    }

    private bool IsOfStream(ReadOnlyMemory<byte> request) => BuffersStream && Encoding.ASCII.GetString(request.Span).StartsWith("GET /api/stream", StringComparison.Ordinal);
}
