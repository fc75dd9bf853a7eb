using System.Globalization;

namespace Freshet.Redis.Tests.Faults;

/// <summary>A person who writes on one node and reads at once on another, carrying the token. Nobody else writes their key.</summary>
internal sealed class Session(int number, string cell, CachedQuery query, IReadOnlyList<NodeProcess> nodes)
{
    private readonly string _key = $"own_{number}";
    private string _token = "- 0";
    private long _needed;
    private bool _isSettled = true;

    /// <summary>Writes, then reads, so many times, or until it is cancelled.</summary>
    public async Task RunAsync(int times, CancellationToken resting = default)
    {
        for (var i = 0; i < times && !resting.IsCancellationRequested; i++)
        {
            await WriteAsync(nodes[(i + number) % nodes.Count]);
            await ReadAsync(nodes[(i + number + 1) % nodes.Count]);
        }
    }

    private async Task WriteAsync(NodeProcess node)
    {
        var answer = (await node.AskAsync($"write {cell} {_key} user")).Split(' ');
        _isSettled = answer.Length == 3;
        if (!_isSettled) return; // pending: what it has a token for is what it wrote before
        _token = $"{answer[1]} {answer[2]}";
        _needed = long.Parse(answer[0], CultureInfo.InvariantCulture);
    }

    private Task<string> ReadAsync(NodeProcess node) => node.AskAsync($"read {query.Name} {_key} {number} {_token} {_needed} {(_isSettled ? 1 : 0)}");
}
