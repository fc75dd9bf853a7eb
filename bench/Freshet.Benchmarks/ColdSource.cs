using System.Net;
using System.Net.Sockets;

namespace Freshet.Benchmarks;

/// <summary>A server on loopback that says what it is told: the least that a loader waits for when it asks a database, a service or another cache.</summary>
internal static class ColdSource
{
    private static readonly NetworkStream _asked = Connect();
    private static readonly byte[] _question = new byte[32];
    private static readonly byte[] _answer = new byte[32];

    /// <summary>Asks, one at a time.</summary>
    public static async Task<Summary> AskAsync(string id)
    {
        await _asked.WriteAsync(_question);
        await _asked.ReadExactlyAsync(_answer);
        return new Summary(id, 42);
    }

    private static NetworkStream Connect()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new TcpClient { NoDelay = true };
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        var server = listener.AcceptTcpClient();
        server.NoDelay = true;
        new Thread(() => Answer(server.GetStream())) { IsBackground = true }.Start();
        return client.GetStream();
    }

    private static void Answer(NetworkStream client)
    {
        var said = new byte[_question.Length];
        while (true)
        {
            client.ReadExactly(said);
            client.Write(said);
        }
    }
}
