using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Freshet.Redis.Tests;

/// <summary>A way to a server that can be cut or held, in one direction or both.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, Socket> _pairs = new();
    private readonly Gate _towards = new();
    private readonly Gate _back = new();
    private readonly int _port;
    private volatile bool _refuses;

    private TcpProxy(int port) => _port = port;

    public string ConnectionString => RedisServer.ConnectionTo(((IPEndPoint)_listener.LocalEndpoint).Port);

    public static TcpProxy To(RedisServer server)
    {
        var proxy = new TcpProxy(server.Port);
        proxy._listener.Start();
        _ = proxy.AcceptAsync();
        return proxy;
    }

    /// <summary>Closes every connection and takes no more.</summary>
    public void Cut()
    {
        _refuses = true;
        CloseAll();
    }

    /// <summary>Takes connections again, and lets everything through.</summary>
    public void Mend()
    {
        _refuses = false;
        _towards.Open();
        _back.Open();
    }

    /// <summary>Bytes to the server wait here; connections stay.</summary>
    public void HoldTowards() => _towards.Close();

    /// <summary>Bytes from the server wait here: it does what it is told, and nobody hears of it.</summary>
    public void HoldBack() => _back.Close();

    public ValueTask DisposeAsync()
    {
        _listener.Stop();
        Mend();
        CloseAll();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                if (_refuses) client.Dispose();
                else await ConnectAsync(client);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The listener was stopped.
        }
    }

    private async Task ConnectAsync(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _port);
        }
        catch (SocketException)
        {
            client.Dispose(); // the server is away, and so is the proxy
            return;
        }
        _pairs[client] = server;
        _ = PumpAsync(client, server, _towards);
        _ = PumpAsync(server, client, _back);
    }

    private async Task PumpAsync(Socket from, Socket to, Gate gate)
    {
        var buffer = new byte[16_384];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                await gate.Passed;
                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Either end is gone, and so is the other.
        }
        from.Dispose();
        to.Dispose();
    }

    private void CloseAll()
    {
        foreach (var (client, server) in _pairs)
        {
            client.Dispose();
            server.Dispose();
        }
        _pairs.Clear();
    }

    private sealed class Gate
    {
        private volatile TaskCompletionSource _opened = Opened();

        public Task Passed => _opened.Task;

        public void Close() => _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Open() => _opened.TrySetResult();

        private static TaskCompletionSource Opened()
        {
            var opened = new TaskCompletionSource();
            opened.SetResult();
            return opened;
        }
    }
}
