using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Targets;

public sealed class TargetMeterTests
{
    [Fact]
    public async Task OutcomesResetsAndLagAreToldByTarget()
    {
        var gate = new Gate();
        var good = new RecordingTarget();
        var slow = new RecordingTarget { OnInvalidate = (_, stop) => new ValueTask(gate.PassAsync(stop)) };
        var bad = new RecordingTarget { OnInvalidate = (_, _) => throw new InvalidOperationException("no") };
        var stuck = new RecordingTarget { OnReset = (_, _) => throw new InvalidOperationException("no") };
        await using var app = TestApp.Start(freshet =>
        {
            freshet.Services.AddMetrics();
            freshet.DriveMemoryCache()
                .Drive("good", _ => good)
                .Drive("stuck", _ => stuck)
                .DriveQuietly("slow", slow, options => options.AnswerWait = TimeSpan.Zero)
                .DriveQuietly("bad", bad, options => options.MaxAttempts = 1)
                .DriveQuietly("watched", new RecordingTarget(), options => options.ObserveOnly = true);
        });

        await good.WhenToldAsync("reset:Started"); // or it might cover the first record
        await app.ChangeAsync();
        await app.ChangeAsync();
        await gate.Reached;
        await bad.WhenToldAsync("reset:RecordFailed");
        await TargetSteps.UntilAsync(() => app.Follower("watched").Lag + app.Follower("bad").Lag == 0);

        var read = Read(app.Services.GetRequiredService<IMeterFactory>());
        read["freshet.targets.invalidations target=memory-cache outcome=applied"].ShouldBe(2);
        read["freshet.targets.invalidations target=good outcome=applied"].ShouldBe(2);
        read["freshet.targets.invalidations target=watched outcome=observed"].ShouldBe(2);
        read["freshet.targets.invalidations target=watched outcome=applied"].ShouldBe(0);
        read["freshet.targets.invalidations target=bad outcome=failed"].ShouldBeGreaterThanOrEqualTo(1);
        read["freshet.targets.resets target=good outcome=applied"].ShouldBe(1);
        read["freshet.targets.resets target=bad outcome=applied"].ShouldBeGreaterThanOrEqualTo(1);
        read["freshet.targets.resets target=watched outcome=observed"].ShouldBe(0);
        read["freshet.targets.lag target=good"].ShouldBe(0);
        read["freshet.targets.lag target=slow"].ShouldBe(2);
        read["freshet.targets.outdated target=stuck"].ShouldBe(1);
        read["freshet.targets.outdated target=good"].ShouldBe(0);
        read["freshet.targets.unawaited target=bad"].ShouldBeGreaterThanOrEqualTo(1);
        read["freshet.targets.unawaited target=good"].ShouldBe(0);
        gate.Open();
    }

    private static Dictionary<string, long> Read(IMeterFactory factory)
    {
        var read = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            // By the factory, because other tests' applications have meters of the same name.
            if (instrument.Meter.Scope == factory && instrument.Name.StartsWith("freshet.targets", StringComparison.Ordinal)) listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            read[$"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"] = value);
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => read[$"{instrument.Name} target={tags[0].Value}"] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return read;
    }
}
