using System.Diagnostics.Metrics;

namespace Freshet.Redis;

/// <summary>What goes wrong between this node and Redis, on the meter <c>Freshet</c>.</summary>
internal sealed class RedisCounters
{
    private readonly Counter<long> _lost;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _ignored;

    public RedisCounters(IMeterFactory? factory)
    {
        var meter = factory is null ? new Meter(FreshetMeter.Name) : factory.Create(FreshetMeter.Name);
        _lost = meter.CreateCounter<long>("freshet.redis.connections.lost", "{connection}", "Connections to Redis that were lost.");
        _errors = meter.CreateCounter<long>("freshet.redis.errors", "{call}", "Calls to Redis that failed, by what is wrong.");
        _ignored = meter.CreateCounter<long>("freshet.redis.messages.ignored", "{message}", "Messages on Freshet's channels that could not be read.");
    }

    public void NoteLost() => _lost.Add(1);

    public void NoteError(RedisLogException? fault) => _errors.Add(1, new KeyValuePair<string, object?>("code", fault?.Code ?? "away"));

    public void NoteIgnored() => _ignored.Add(1);
}
