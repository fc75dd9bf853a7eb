namespace Freshet.Tests.Races;

/// <summary>R8: from a commit to its append no high query is older than the commit, and what is not committed changes nothing for good.</summary>
public sealed class HoldRaceTests
{
    [Fact]
    public async Task AReadBetweenCommitAndAppendSeesTheCommit()
    {
        await using var app = TestApp.Start();
        await FillAsync(app, 1);
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("a"));
        (await app.Freshet.HoldAsync()).ShouldBeTrue();
        (await Elsewhere.DoAsync(() => app.ReadAsync(Things.High, "a"))).ShouldBe(1, "nothing is committed yet");

        app.Source["a"] = new Value(2); // the commit

        (await Elsewhere.DoAsync(() => app.ReadAsync(Things.High, "a"))).ShouldBe(2);
        (await Elsewhere.DoAsync(() => app.ReadAsync(Things.Medium, "a"))).ShouldBe(1, "others ignore holds");
        await action.CompleteAsync();
        (await app.ReadAsync(Things.High, "a")).ShouldBe(2);
    }

    /// <summary>The old value is not lost: once it is known that nothing happened, it is a hit again, on the same entry.</summary>
    [Fact]
    public async Task WhatWasFreshIsFreshAgainAfterARelease()
    {
        await using var app = TestApp.Start();
        await FillAsync(app, 1);
        var hold = await app.HoldAsync("a");
        await app.ReadAsync(Things.High, "a");
        await app.ReadAsync(Things.High, "a");
        app.Source.ReadsOf("a").ShouldBe(4); // the two at first, and one each since

        await app.ReleaseAsync(hold);

        var answer = await app.Freshet.ReadAnswerAsync(Things.High, "a");
        (answer.Source, answer.LoadedAt.Position).ShouldBe((AnswerSource.Cache, 0));
        app.Source.ReadsOf("a").ShouldBe(4);
    }

    [Fact]
    public async Task AReadJoinsNoLoadFromBeforeTheHold()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var before = app.ReadAsync(Things.High, "a"); // has read 1
        await gate.Reached;
        await app.HoldAsync("a");
        app.Source["a"] = new Value(2);

        (await app.ReadAsync(Things.High, "a")).ShouldBe(2);
        gate.Open();
        (await before).ShouldBe(1, "it began before the commit");
    }

    /// <summary>Nor one from after it: that one may have read before the commit, and this read begins after it.</summary>
    [Fact]
    public async Task AReadJoinsNoLoadFromBeforeTheCommit()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.HoldAsync("a");
        var gate = app.Source.HoldNext("a");
        var before = app.ReadAsync(Things.High, "a"); // begun under the hold, has read 1
        await gate.Reached;
        app.Source["a"] = new Value(2);

        (await app.ReadAsync(Things.High, "a")).ShouldBe(2);
        gate.Open();
        (await before).ShouldBe(1);
    }

    [Fact]
    public async Task WhatLandsUnderAHoldIsNotStored()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var load = app.ReadAsync(Things.High, "a");
        await gate.Reached;
        var hold = await app.HoldAsync("a");
        gate.Open();
        await load;
        await app.ReadAsync(Things.High, "a"); // and one begun under it

        app.EntriesOf(Things.High).ShouldBe(0);
        await app.ReleaseAsync(hold);
        await app.ReadAsync(Things.High, "a");
        app.EntriesOf(Things.High).ShouldBe(1);
    }

    /// <summary>A load that read the old value under the hold, and lands when the write's record is there already.</summary>
    [Fact]
    public async Task ALoadFromUnderTheHoldIsBornOutdatedOnceTheRecordIsThere()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("a"));
        await app.Freshet.HoldAsync();
        var gate = app.Source.HoldNext("a");
        var load = Elsewhere.DoAsync(() => app.ReadAsync(Things.High, "a"));
        await gate.Reached;
        app.Source["a"] = new Value(2);
        await action.CompleteAsync();
        gate.Open();

        (await load).ShouldBe(1, "it began before the commit");
        (await app.ReadAsync(Things.High, "a")).ShouldBe(2);
    }

    /// <summary>A tag found only while loading: a load of its kind may carry it, so it joins nothing either.</summary>
    [Fact]
    public async Task AHoldOnATagThatIsFoundWhileLoadingCounts()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        (await app.ReadAsync(Things.Found, "a")).ShouldBe(1); // carries owner-1
        await app.HoldAsync(Things.Owner.For("owner-1"));
        app.Source["a"] = new Value(1, Version: 2);

        (await app.Freshet.ReadAsync(Things.Found, "a")).Version.ShouldBe(2);

        app.Source["b"] = new Value(1);
        var gate = app.Source.HoldNext("b");
        var before = app.ReadAsync(Things.Found, "b");
        await gate.Reached;
        app.Source["b"] = new Value(1, Version: 2);
        (await app.Freshet.ReadAsync(Things.Found, "b")).Version.ShouldBe(2);
        gate.Open();
        await before;
    }

    /// <summary>A high query made of a medium one: under the hold what it reads in turn comes from the source as well.</summary>
    [Fact]
    public async Task WhatAHeldLoadReadsInTurnComesFromTheSource()
    {
        await using var app = TestApp.Start<Log.Shared.Nested>();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Log.Shared.Nested.Outer, "a");
        await app.HoldAsync(Log.Shared.Nested.Thing.For("a"));
        app.Source["a"] = new Value(2);

        (await app.ReadAsync(Log.Shared.Nested.Outer, "a")).ShouldBe(2);
        (await app.ReadAsync(Log.Shared.Nested.Inner, "a")).ShouldBe(1, "a medium one itself is not held");
    }

    [Fact]
    public async Task ManyKeysAtOnceAreHeldEachByItself()
    {
        await using var app = TestApp.Start();
        foreach (var key in (string[])["a", "b"]) app.Source[key] = new Value(1);
        await app.Freshet.ReadManyAsync(Things.High, ["a", "b"]);
        await app.HoldAsync("a");
        foreach (var key in (string[])["a", "b"]) app.Source[key] = new Value(2);

        var values = await app.Freshet.ReadManyAsync(Things.High, ["a", "b"]);

        (values["a"].Number, values["b"].Number).ShouldBe((2, 1));
    }

    [Fact]
    public async Task TwoHoldsOnOneTagBothHaveToEnd()
    {
        await using var app = TestApp.Start();
        await FillAsync(app, 1);
        var (first, second) = (await app.HoldAsync("a"), await app.HoldAsync("a"));
        app.Source["a"] = new Value(2);

        await app.ReleaseAsync(first);
        (await app.ReadAsync(Things.High, "a")).ShouldBe(2);
        await app.ReleaseAsync(second);
        (await app.ReadAsync(Things.High, "a")).ShouldBe(1, "by the word of both writers nothing happened");
    }

    [Fact]
    public async Task AHoldStopsNobodyElsesHits()
    {
        await using var app = TestApp.Start();
        foreach (var key in (string[])["a", "b"]) app.Source[key] = new Value(1);
        foreach (var key in (string[])["a", "b"]) await app.ReadAsync(Things.High, key);

        await app.HoldAsync("b");

        (await app.Freshet.ReadAnswerAsync(Things.High, "a")).Source.ShouldBe(AnswerSource.Cache);
        app.Source.ReadsOf("a").ShouldBe(1);
    }

    /// <summary>A writer's value is not put where a read must ask the source, be it his own.</summary>
    [Fact]
    public async Task NothingIsWrittenThroughUnderAnothersHold()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1, Version: 1);
        await app.HoldAsync("a");
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("a"));
        app.Freshet.WriteThrough(Things.Versioned, "a", new Value(2, Version: 2));
        await action.CompleteAsync();

        app.EntriesOf(Things.Versioned).ShouldBe(0);
    }

    /// <summary>A query that configuration tightens to no staleness at all, while a hold stands that it had nothing to do with.</summary>
    [Fact]
    public async Task AQueryThatIsTightenedUnderAHoldMindsIt()
    {
        var configuration = new ReloadableConfiguration();
        await using var app = TestApp.Start(configuration: configuration.Root);
        await FillAsync(app, 1);
        await app.HoldAsync("a");
        app.Source["a"] = new Value(2);
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(1);

        configuration["Freshet:Policies:medium:MaxStaleness"] = "00:00:00";
        configuration.Reload();

        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2);
    }

    private static async Task FillAsync(TestApp app, int number)
    {
        app.Source["a"] = new Value(number);
        await app.ReadAsync(Things.High, "a");
        await app.ReadAsync(Things.Medium, "a");
    }
}
