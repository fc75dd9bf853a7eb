using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Diagnostics;

public sealed class LoadMetricTests
{
    [Fact]
    public async Task ALoadsDurationIsRecordedByQueryAndOutcome()
    {
        await using var app = Traced.Start();
        using var meter = new MeterReader(app);
        var gate = app.Source.HoldNext("a");

        var read = app.Freshet.ReadAsync(Traced.Inner, "a").AsTask();
        await gate.Reached;
        app.Time.Advance(TimeSpan.FromMilliseconds(750));
        meter.Sum("freshet.loads.running", ("query", "inner")).ShouldBe(1);
        gate.Open();
        await read;
        await app.Freshet.ReadAsync(Traced.Inner, "a");
        app.Services.GetRequiredService<Probe>().Failure = new TimeoutException();
        await Should.ThrowAsync<TimeoutException>(async () => await app.Freshet.ReadAsync(Traced.Inner, "b"));

        meter.Read("freshet.load.duration").Select(each => (each.Value, each.Tags["query"], each.Tags["outcome"]))
            .ShouldBe([(0.75, "inner", "loaded"), (0, "inner", "failed")]);
        meter.Sum("freshet.loads", ("query", "inner"), ("outcome", "loaded")).ShouldBe(1);
        meter.Sum("freshet.loads", ("query", "inner"), ("outcome", "failed")).ShouldBe(1);
        meter.Sum("freshet.loads.running").ShouldBe(0);
        var buckets = meter.Instruments.OfType<Histogram<double>>().Single(each => each.Name == "freshet.load.duration").Advice!.HistogramBucketBoundaries!;
        buckets.ShouldBeInOrder();
        (buckets[0], buckets[^1]).ShouldBe((0.001, 30));
    }

    [Fact]
    public async Task WhatHappensToALoadOnItsWayIsCounted()
    {
        await using var app = Traced.Start();
        using var meter = new MeterReader(app);
        var counters = Query(app).Counters;

        counters.NoteQueued();
        counters.NoteRejected();
        counters.NoteTimedOut(TimeSpan.FromSeconds(30));
        counters.NoteLate(TimeSpan.FromSeconds(45));
        counters.NoteSoftTimeout();
        counters.NoteEarlyRefresh();

        foreach (var name in (string[])["queued", "rejected", "outwaited", "early"])
            meter.Read($"freshet.loads.{name}").Select(each => (each.Tags["query"], each.Value)).ShouldContain(("inner", 1), name);
        meter.Sum("freshet.loads", ("query", "inner"), ("outcome", "timed-out")).ShouldBe(1);
        meter.Sum("freshet.loads", ("query", "inner"), ("outcome", "late")).ShouldBe(1);
        meter.Read("freshet.load.duration").Select(each => (each.Value, each.Tags["outcome"])).ShouldBe([(30, "timed-out"), (45, "late")]);
    }

    [Fact]
    public async Task AListenerThatThrowsFailsNoReadAndIsToldOnce()
    {
        await using var app = Traced.Start();
        using var meter = new MeterReader(app, onMeasured: () => throw new InvalidOperationException("broken"));

        (await app.Freshet.ReadAsync(Traced.Inner, "a").AsTask().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe("value 0");
        (await app.Freshet.ReadAsync(Traced.Inner, "b").AsTask().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe("value 0");

        app.LogLines.Lines.Count(line => line.Text.Contains("A listener of metrics or traces")).ShouldBe(1);
        meter.Sum("freshet.warnings", ("warning", "broken-listener")).ShouldBe(1);
    }

    [Fact]
    public async Task RecordingForNobodyAllocatesNothing()
    {
        await using var app = Traced.Start();
        var counters = Query(app).Counters;
        Load();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) Load();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Load()
        {
            counters.NoteLoadedLocked(); // nobody else counts here
            counters.ReportLoaded(TimeSpan.FromSeconds(1));
        }
    }

    private static QueryRuntime Query(TestApp app) => app.Freshet.ShouldBeOfType<FreshetService>().Runtimes.Single(runtime => runtime.Name == "inner");
}
