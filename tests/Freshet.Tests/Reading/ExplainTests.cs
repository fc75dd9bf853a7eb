namespace Freshet.Tests.Reading;

/// <summary>An explanation says what the next everyday read does, and does nothing itself.</summary>
public sealed class ExplainTests
{
    [Fact]
    public async Task WhatIsNotThereIsMissing()
    {
        await using var app = TestApp.Start();
        var explained = app.Explain(Things.Low, "a");
        explained.Served.ShouldBeNull();
        explained.Entry.ShouldBeNull();
        Codes(explained).ShouldBe([ExplainedReason.Missing]);
    }

    [Fact]
    public async Task AHitHasNoReasonsAgainstIt()
    {
        await using var app = TestApp.Start();
        await app.WriteAsync("z", new Value(0));
        await app.ReadAsync(Things.Versioned, "a");
        app.Time.Advance(TimeSpan.FromSeconds(5));

        var explained = app.Explain(Things.Versioned, "a");
        explained.Served.ShouldBe(AnswerSource.Cache);
        explained.Reasons.ShouldBeEmpty();
        var entry = explained.Entry.ShouldNotBeNull();
        entry.Loaded.ShouldBe(app.Freshet.Log.Position);
        entry.Age.ShouldBe(TimeSpan.FromSeconds(5));
        entry.LivesFor.ShouldBeGreaterThan(TimeSpan.FromSeconds(90));
        entry.Version.ShouldBe(0);
        var tag = entry.Tags.ShouldHaveSingleItem();
        (tag.Tag.Text, tag.InvalidatedAt, tag.Verdict, tag.Deadline).ShouldBe(("thing:a", 0, Verdict.Fresh, null));
    }

    [Fact]
    public async Task AnExpiryNamesItsTagAndPosition()
    {
        await using var app = TestApp.Start();
        await app.ReadAsync(Things.Low, "a");
        await app.WriteAsync("other", new Value(0));
        await app.ExpireAsync("a");

        var explained = app.Explain(Things.Low, "a");
        explained.Served.ShouldBeNull();
        explained.Reasons.ShouldBe([new ExplainedReason(ExplainedReason.Outdated, Things.Thing.For("a"), 2)]);
    }

    [Fact]
    public async Task AStaleMarkIsServedOrRefusedByTheLevelUntilItsDeadline()
    {
        await using var app = TestApp.Start();
        await app.ReadAsync(Things.Low, "a");
        await app.ReadAsync(Things.High, "a");
        await app.MarkStaleAsync("a", Profile.Seconds);

        var low = app.Explain(Things.Low, "a");
        low.Served.ShouldBe(AnswerSource.StaleCache);
        Codes(low).ShouldBe([ExplainedReason.Stale]);
        low.Entry!.Tags[0].Deadline.ShouldBe(Profile.Seconds.Expire);
        var high = app.Explain(Things.High, "a");
        high.Served.ShouldBeNull();
        Codes(high).ShouldBe([ExplainedReason.StaleRefused]);

        app.Time.Advance(Profile.Seconds.Expire);
        Codes(app.Explain(Things.Low, "a")).ShouldBe([ExplainedReason.Outdated]);
        app.Explain(Things.Low, "a").Served.ShouldBeNull();
    }

    [Fact]
    public async Task ADeadValueHasExpired()
    {
        await using var app = TestApp.Start(builder => builder.Configure(options => options.SweepInterval = TimeSpan.FromHours(1)));
        await app.ReadAsync(Things.High, "a");
        app.Time.Advance(TimeSpan.FromMinutes(3));
        var explained = app.Explain(Things.High, "a");
        explained.Served.ShouldBeNull();
        Codes(explained).ShouldBe([ExplainedReason.Expired]);
        explained.Entry!.LivesFor.ShouldBeLessThan(TimeSpan.Zero);
    }

    [Fact]
    public async Task AFlushIsNamed()
    {
        await using var app = TestApp.Start();
        await app.ReadAsync(Things.Low, "a");
        await app.FlushQueryAsync("low");
        app.Explain(Things.Low, "a").Reasons.ShouldBe([new ExplainedReason(ExplainedReason.Outdated, FlushTags.OfQuery("low"), 1)]);
    }

    [Fact]
    public async Task AMinimumVersionThatIsNotReachedIsAReason()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1, 7);
        await app.ReadAsync(Things.Versioned, "a");
        app.Explain(Things.Versioned, "a", 7).Served.ShouldBe(AnswerSource.Cache);
        Codes(app.Explain(Things.Versioned, "a", 8)).ShouldBe([ExplainedReason.MinimumVersion]);
    }

    [Fact]
    public async Task ARunningLoadIsTold()
    {
        await using var app = TestApp.Start();
        var gate = app.Source.HoldNext("a");
        var read = app.ReadAsync(Things.Low, "a");
        await gate.Reached;
        app.Time.Advance(TimeSpan.FromSeconds(1));

        app.Explain(Things.Low, "a").Load.ShouldBe(new ExplainedLoad(TimeSpan.FromSeconds(1), 0, CanBeJoined: true));
        await app.ExpireAsync("a");
        app.Explain(Things.Low, "a").Load.ShouldBe(new ExplainedLoad(TimeSpan.FromSeconds(1), 0, CanBeJoined: false));
        gate.Open();
        await read;
        app.Explain(Things.Low, "a").Load.ShouldBeNull();
    }

    [Fact]
    public async Task AFailingSourceIsToldAndSoIsTheLastGoodValue()
    {
        await using var app = TestApp.Start();
        await app.ReadAsync(Things.Low, "a");
        await app.ExpireAsync("a");
        app.Source.Failure = new InvalidOperationException("down");
        await app.ReadAsync(Things.Low, "a");

        var explained = app.Explain(Things.Low, "a");
        explained.Served.ShouldBe(AnswerSource.LastGood);
        Codes(explained).ShouldBe([ExplainedReason.Outdated, ExplainedReason.Paused]);
        explained.Failing!.RetryIn.ShouldBe(TimeSpan.FromSeconds(1));
        app.Time.Advance(TimeSpan.FromSeconds(1));
        app.Explain(Things.Low, "a").Served.ShouldBeNull();
        app.Explain(Things.Low, "a").Failing!.RetryIn.ShouldBeNull();
    }

    [Fact]
    public async Task AskingDoesNotCountAsReading()
    {
        await using var app = TestApp.Start();
        await app.ReadAsync(Things.Low, "a");
        var runtime = app.Service().RuntimeNamed("low");
        var entry = runtime.Store.Snapshot().ShouldHaveSingleItem();
        entry.Visited = false;
        await app.WriteAsync("other", new Value(0));
        var (hits, stamp) = (runtime.Counters.Hits, entry.CheckedSequence);

        app.Explain(Things.Low, "a").Served.ShouldBe(AnswerSource.Cache);

        (entry.Visited, runtime.Counters.Hits, entry.CheckedSequence).ShouldBe((false, hits, stamp));
    }

    private static IEnumerable<string> Codes(Explanation explained) => explained.Reasons.Select(reason => reason.Code);
}
