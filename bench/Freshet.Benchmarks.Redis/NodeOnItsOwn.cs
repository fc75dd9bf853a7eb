using Microsoft.Extensions.Logging.Abstractions;

namespace Freshet.Benchmarks.Redis;

/// <summary>A node's follower that stands at some position, without the timers around it.</summary>
internal sealed class NodeOnItsOwn : IDisposable
{
    private readonly ILogService _service;
    private readonly Node _node;
    private readonly LogFollower _follower;

    public NodeOnItsOwn(ILogService service, LogPosition at)
    {
        _service = service;
        var clock = new Clock(TimeProvider.System);
        _node = new Node(clock, Epoch.Create(), new Confirmation(clock, TimeSpan.FromMilliseconds(250)));
        var history = new RecordHistory(10_000);
        _follower = new LogFollower(_node, history, new CacheTargets([], new FreshetOptions(), null, _node, history, NullLogger<CacheTargets>.Instance), new SharedLogCounters(), NullLogger.Instance);
        _follower.Take(null, new ExchangeReply(at, at.Position + 1, [], DateTimeOffset.UnixEpoch, IsMature: true, TimeSpan.FromDays(1)), 0);
    }

    /// <summary>Reads on until it is at the head.</summary>
    /// <returns>How many exchanges that took.</returns>
    public async Task<int> CatchUpAsync()
    {
        for (var exchanges = 1; ; exchanges++)
        {
            var known = _follower.Known;
            var reply = await _service.ExchangeAsync(new ExchangeRequest(known, new SharedLogOptions().MaxRecordsPerExchange, null, IsMature: false, []), default).ConfigureAwait(false);
            if (_follower.Take(known, reply, _node.Clock.Now) == ReplyOutcome.AtHead) return exchanges;
        }
    }

    public void Dispose() => _node.Dispose();
}
