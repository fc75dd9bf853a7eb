using System.Diagnostics.Metrics;

namespace Freshet.Redis.Tests.Connection;

public sealed class MetricsPageTests : RedisTest
{
    [Fact]
    public void TheTableOfMetricsHasEveryInstrumentOfRedisAndNoOther()
    {
        using var factory = new OwnMeters();
        var there = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (factory.Made.Contains(instrument.Meter)) there.Add($"{instrument.Name} in {instrument.Unit}");
        };
        _ = new RedisCounters(factory);
        listener.Start();

        MetricsPage.Rows.Where(row => row.Key.StartsWith("freshet.redis.", StringComparison.Ordinal)).Select(row => $"{row.Key} in {row.Value.Unit}").Order()
            .ShouldBe(there.Order());
    }

    [Theory]
    [InlineData(null, "away")]
    [InlineData("1", "redis-full")]
    public async Task AFailedCallIsCountedByWhatIsWrong(string? maxmemory, string code)
    {
        using var factory = new OwnMeters();
        var counted = new List<(string, string?)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (factory.Made.Contains(instrument.Meter)) own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, by, tags, _) =>
        {
            lock (counted) counted.Add((instrument.Name, tags.Length == 0 ? null : (string?)tags[0].Value));
        });
        var counters = new RedisCounters(factory);
        listener.Start();
        await using var node = new LogNode(Server, counters: counters);
        await node.AppendAsync("account:a");

        if (maxmemory is null) await Server.KillAsync();
        else await Server.RunAsync("CONFIG", "SET", "maxmemory", maxmemory);
        await Should.ThrowAsync<Exception>(async () => await node.AppendAsync("account:a"));

        lock (counted) counted.ShouldContain(("freshet.redis.errors", code));
    }

    private sealed class OwnMeters : IMeterFactory
    {
        public List<Meter> Made { get; } = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            Made.Add(meter);
            return meter;
        }

        public void Dispose()
        {
            foreach (var meter in Made) meter.Dispose();
        }
    }
}
