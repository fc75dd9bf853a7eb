using System.Diagnostics.Metrics;

namespace Freshet.Sql.Tests.Diagnostics;

public sealed class MetricsPageTests
{
    [Fact]
    public void TheTableOfMetricsHasEveryInstrumentOfTheOutboxAndNoOther()
    {
        using var factory = new OwnMeters();
        var there = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (factory.Made.Contains(instrument.Meter)) there.Add($"{instrument.Name} in {instrument.Unit}");
        };
        _ = new OutboxCounters(() => new OutboxState(0, TimeSpan.Zero, 0, IsAway: false), factory);
        listener.Start();

        MetricsPage.Rows.Where(row => row.Key.StartsWith("freshet.outbox.", StringComparison.Ordinal)).Select(row => $"{row.Key} in {row.Value.Unit}").Order()
            .ShouldBe(there.Order());
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
