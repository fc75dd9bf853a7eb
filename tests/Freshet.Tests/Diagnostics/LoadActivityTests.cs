using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Diagnostics;

public sealed class LoadActivityTests
{
    [Fact]
    public async Task AReadThatLoadsHasOneActivityAndAHitNone()
    {
        await using var app = Traced.Start();
        using var trace = new TraceReader();

        await app.Freshet.ReadAsync(Traced.Inner, "k-17");
        await app.Freshet.ReadAsync(Traced.Inner, "k-17");
        using (app.Freshet.BeginReadScope()) await app.Freshet.ReadAsync(Traced.Inner, "k-17");

        trace.Loads.Count.ShouldBe(1);
        trace.Loads[0].ParentSpanId.ShouldBe(trace.Request.SpanId);
        trace.Loads[0].TraceId.ShouldBe(trace.Request.TraceId);
    }

    [Fact]
    public async Task ItTellsQueryLevelPositionAndResultAndNeitherArgumentsNorValues()
    {
        await using var app = Traced.Start();
        app.Source["k-17"] = new Value(4711);
        await Write(app, "k-17");
        using var trace = new TraceReader();

        await app.Freshet.ReadAsync(Traced.Inner, "k-17");

        var load = trace.Loads.ShouldHaveSingleItem();
        load.TagObjects.ToDictionary(tag => tag.Key, tag => tag.Value).ShouldBe(new Dictionary<string, object?>
        {
            ["freshet.query"] = "inner", ["freshet.level"] = "high", ["freshet.reason"] = "miss", ["freshet.keys"] = 1,
            ["freshet.position"] = 1L, ["freshet.result"] = "loaded",
        }, ignoreOrder: true);
        string.Join(' ', load.TagObjects.Select(tag => $"{tag.Key} {tag.Value}").Append(load.DisplayName)).ShouldNotContain("k-17");
    }

    [Fact]
    public async Task ItIsCurrentInTheLoaderAndTheReadersOwnIsCurrentAfterwards()
    {
        await using var app = Traced.Start();
        using var trace = new TraceReader();
        trace.Request.SetBaggage("user", "u-1");

        await app.Freshet.ReadAsync(Traced.Inner, "a");

        var seen = app.Services.GetRequiredService<Probe>();
        seen.CurrentInLoader.ShouldBe(trace.Loads.ShouldHaveSingleItem());
        seen.BaggageInLoader.ShouldBeNull("the load is for everyone, the baggage is one reader's");
        Activity.Current.ShouldBe(trace.Request);
    }

    [Fact]
    public async Task WhoJoinsLinksToTheLoadAndWhoStartedItDoesNot()
    {
        await using var app = Traced.Start();
        using var trace = new TraceReader();
        var gate = app.Source.HoldNext("a");

        var first = app.Freshet.ReadAsync(Traced.Inner, "a").AsTask();
        await gate.Reached;
        using var other = trace.AnotherRequest();
        var joined = app.Freshet.ReadAsync(Traced.Inner, "a").AsTask();
        gate.Open();
        await Task.WhenAll(first, joined);

        var load = trace.Loads.ShouldHaveSingleItem();
        other.Links.ShouldHaveSingleItem().Context.ShouldBe(load.Context);
        trace.Request.Links.ShouldBeEmpty();
    }

    [Fact]
    public async Task AFailedLoadTellsTheErrorsTypeAndNotItsMessage()
    {
        await using var app = Traced.Start();
        app.Services.GetRequiredService<Probe>().Failure = new TimeoutException("customer 4711 is missing");
        using var trace = new TraceReader();

        await Should.ThrowAsync<TimeoutException>(async () => await app.Freshet.ReadAsync(Traced.Inner, "a"));

        var load = trace.Loads.ShouldHaveSingleItem();
        load.Status.ShouldBe(ActivityStatusCode.Error);
        load.StatusDescription.ShouldBeNull();
        load.GetTagItem("error.type").ShouldBe("System.TimeoutException");
        load.GetTagItem("freshet.result").ShouldBe("failed");
        load.Events.ShouldBeEmpty();
        Activity.Current.ShouldBe(trace.Request);
    }

    [Fact]
    public async Task ALoadThatReplacesAStaleValueBelongsToTheReaderThatStartedIt()
    {
        await using var app = Traced.Start();
        await app.Freshet.ReadAsync(Traced.Gentle, "a");
        await MarkStale(app, "a");
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var trace = new TraceReader(onStopped: () => stopped.TrySetResult());

        await app.Freshet.ReadAsync(Traced.Gentle, "a");
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var load = trace.Loads.ShouldHaveSingleItem();
        load.GetTagItem("freshet.reason").ShouldBe("refresh");
        load.ParentSpanId.ShouldBe(trace.Request.SpanId);
    }

    [Fact]
    public async Task AReadPastTheCacheIsAnActivityOfItsOwn()
    {
        await using var app = Traced.Start();
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.UpdateTag(Traced.Row.For("a"));
        using var trace = new TraceReader();

        await app.Freshet.ReadAsync(Traced.Inner, "a");

        trace.Loads.ShouldHaveSingleItem().GetTagItem("freshet.reason").ShouldBe("bypass");
    }

    [Fact]
    public async Task InATraceThatIsNotSampledTheLoadersOwnActivitiesAreNotEither()
    {
        await using var app = Traced.Start();
        using var trace = new TraceReader(ActivitySamplingResult.None);

        await app.Freshet.ReadAsync(Traced.Inner, "a");

        trace.Ended.ShouldBeEmpty();
        var seen = app.Services.GetRequiredService<Probe>().CurrentInLoader.ShouldNotBeNull("else they begin traces of their own");
        seen.TraceId.ShouldBe(trace.Request.TraceId);
        seen.Recorded.ShouldBeFalse();
        Activity.Current.ShouldBe(trace.Request);
    }

    [Fact]
    public async Task EndingItElsewhereLeavesWhatIsCurrentThere()
    {
        await using var app = Traced.Start();
        var query = app.Freshet.ShouldBeOfType<FreshetService>().Runtimes.Single(runtime => runtime.Name == "inner");
        using var trace = new TraceReader();
        var load = LoadActivity.Start(query, LoadReason.Miss);
        Activity.Current.ShouldBe(trace.Request, "the reader goes on with its own");

        Activity.Current = null; // a timer
        LoadActivity.End(load, query, LoadOutcome.TimedOut, new TimeoutException());
        Activity.Current.ShouldBeNull("what else the timer ends does not belong to this reader's trace");

        Activity.Current = trace.Request;
        using var entered = LoadActivity.Start(query, LoadReason.Miss);
        LoadActivity.Enter(entered, 1);
        LoadActivity.End(entered, query, LoadOutcome.Loaded);
        Activity.Current.ShouldBeNull();
        trace.Loads[0].GetTagItem("freshet.result").ShouldBe("timed-out");
    }

    [Fact]
    public async Task AListenerThatThrowsFailsNoReadAndIsToldOnce()
    {
        await using var app = Traced.Start();
        var current = Activity.Current;
        using var trace = new TraceReader(onStarted: () => throw new InvalidOperationException("broken"), onStopped: () => throw new InvalidOperationException("broken"));

        (await app.Freshet.ReadAsync(Traced.Inner, "a").AsTask().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe("value 0");
        (await app.Freshet.ReadAsync(Traced.Inner, "b").AsTask().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe("value 0");

        Activity.Current.ShouldBe(trace.Request);
        app.LogLines.Lines.Count(line => line.Text.Contains("A listener of metrics or traces")).ShouldBe(1);
    }

    private static async Task Write(TestApp app, string id)
    {
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.UpdateTag(Traced.Row.For(id));
        await action.CompleteAsync();
    }

    private static async Task MarkStale(TestApp app, string id)
    {
        await using var action = app.Freshet.BeginJob("job");
        app.Freshet.RevalidateTag(Traced.Row.For(id), Profile.Hours);
        await action.CompleteAsync();
    }
}
