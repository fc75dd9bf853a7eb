namespace Freshet.Tests.SecondLevel;

/// <summary>What one node has loaded, another serves: with everything that decides how long and for whom.</summary>
public sealed class PromotionTests
{
    [Fact]
    public async Task AnotherNodesValueIsServedWithoutALoad()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");

        var answer = await nodes.B.Freshet.ReadAnswerAsync(Sharing.Plain, "a");

        answer.ShouldSatisfyAllConditions(
            each => each.Value.ShouldBe(new Value(1)),
            each => each.Source.ShouldBe(AnswerSource.SecondLevel),
            each => each.Tags.ShouldBe([Sharing.Thing.For("a")]));
        (await nodes.B.Freshet.ReadAnswerAsync(Sharing.Plain, "a")).Source.ShouldBe(AnswerSource.Cache);
        nodes.Source.ReadsOf("a").ShouldBe(1);
        Nodes.CountersOf(nodes.B, Sharing.Plain)[SecondLevelResult.Hit].ShouldBe(1);
        await nodes.FillAsync(nodes.B, Sharing.Plain, "b");
        Enum.GetValues<StoreResult>().Sum(result => Nodes.CountersOf(nodes.B, Sharing.Plain)[result]).ShouldBe(1, "what came from there is not stored there again");
    }

    [Fact]
    public async Task ItDiesOnEveryNodeWhenItWouldHaveDiedOnTheFirst()
    {
        // R5 and P10: three clocks that have nothing in common but their pace.
        await using var nodes = Nodes.Start();
        nodes.B.Time.Advance(TimeSpan.FromMinutes(17));
        nodes.Store.Time.Advance(TimeSpan.FromDays(3));
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        var diesAt = Entry(nodes.A).ExpiresAt - Nodes.NodeOf(nodes.A).Clock.Now;

        nodes.Advance(TimeSpan.FromSeconds(60));
        await nodes.B.ReadAsync(Sharing.Plain, "a");

        var entry = Entry(nodes.B);
        (entry.ExpiresAt - Nodes.NodeOf(nodes.B).Clock.Now).ShouldBe(diesAt - 60_000);
        (Nodes.NodeOf(nodes.B).Clock.Now - entry.CapturedAt).ShouldBe(60_000);
        nodes.Source["a"] = new Value(2);
        nodes.Advance(TimeSpan.FromMilliseconds(diesAt - 60_000 - 1));
        (await nodes.B.ReadAsync(Sharing.Plain, "a")).ShouldBe(1);
        nodes.Advance(TimeSpan.FromMilliseconds(1));
        (await nodes.B.ReadAsync(Sharing.Plain, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task AStoreThatKeepsForGoodProlongsNothing()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        nodes.Store.KeepsForGood = true;
        nodes.Source["a"] = new Value(2);

        (await nodes.B.ReadAsync(Sharing.Plain, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task WhatTheStoreSaysOfAPredecessorProlongsNothing()
    {
        // It is asked for the remaining time of one entry and the bytes of the next.
        await using var nodes = Nodes.Start();
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        var livesFor = Entry(nodes.A).ExpiresAt - Nodes.NodeOf(nodes.A).Clock.Now;
        nodes.Store[nodes.Store.Keys.Single()] = nodes.Store[nodes.Store.Keys.Single()]; // for an hour
        await nodes.B.ReadAsync(Sharing.Plain, "a");

        Entry(nodes.B).ExpiresAt.ShouldBe(Nodes.NodeOf(nodes.B).Clock.Now + livesFor);
        Entry(nodes.B).CapturedAt.ShouldBe(Nodes.NodeOf(nodes.B).Clock.Now);
    }

    [Fact]
    public async Task TheTimeTheAnswerTakesIsPartOfItsLife()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        var livesFor = Entry(nodes.A).ExpiresAt - Nodes.NodeOf(nodes.A).Clock.Now;
        var askedAt = Nodes.NodeOf(nodes.B).Clock.Now;
        var gate = nodes.Store.Hold["get"] = new Gate();
        var read = nodes.B.ReadAsync(Sharing.Plain, "a");
        await gate.Reached;
        nodes.B.Time.Advance(TimeSpan.FromMilliseconds(200)); // under the query's limit
        gate.Open();
        await read;

        Entry(nodes.B).ExpiresAt.ShouldBe(askedAt + livesFor);
    }

    [Fact]
    public async Task TagsFoundWhileLoadingComeAlong()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Found, "a");
        await nodes.B.ReadAsync(Sharing.Found, "a");
        nodes.Source.Reads.ShouldBe(1);

        nodes.Source["a"] = new Value(2);
        await using (var action = nodes.A.Freshet.BeginUserAction("change"))
        {
            nodes.A.Freshet.Raise(new OwnerChanged("owner-1"));
            await action.CompleteAsync();
        }
        nodes.Deliver();

        (await nodes.B.ReadAsync(Sharing.Found, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task WhatIsMadeOfAPromotedValueHasItsTags()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Found, "a");

        (await nodes.B.Freshet.ReadAnswerAsync(Sharing.Outer, "a")).Tags.Select(tag => tag.Text).Order().ShouldBe(["owner:owner-1", "thing:a"]);
    }

    [Fact]
    public async Task NothingFoundIsAnAnswerToo()
    {
        await using var nodes = Nodes.Start();
        (await nodes.A.Freshet.ReadAsync(Sharing.Missing, "a")).ShouldBeNull();
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.A, Sharing.Missing)[StoreResult.Stored] == 1);

        (await nodes.B.Freshet.ReadAsync(Sharing.Missing, "a")).ShouldBeNull();
        nodes.Source.Reads.ShouldBe(1);
    }

    [Fact]
    public async Task AReadThatNeedsAHigherVersionLoads()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1, Version: 3);
        await nodes.FillAsync(nodes.A, Sharing.Versioned, "a");
        nodes.Source["a"] = new Value(2, Version: 4);

        var answer = await nodes.B.Freshet.ReadAnswerAsync(Sharing.Versioned, "a", new ReadRequirement(MinimumVersion: 4));

        answer.ShouldSatisfyAllConditions(each => each.Value.Number.ShouldBe(2), each => each.Source.ShouldBe(AnswerSource.Load), each => each.Satisfied.ShouldBeTrue());
        Nodes.CountersOf(nodes.B, Sharing.Versioned)[SecondLevelResult.Outdated].ShouldBe(1);
    }

    [Fact]
    public async Task WhatANodeHasServedIsNotTakenBack()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(2, Version: 4);
        await nodes.B.ReadAsync(Sharing.Versioned, "a"); // B has served version 4
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.B, Sharing.Versioned)[StoreResult.Stored] == 1);
        await nodes.A.ExpireAsync("a");
        nodes.Source["a"] = new Value(1, Version: 3); // A reads a replica that lags
        await nodes.FillAsync(nodes.A, Sharing.Versioned, "a");
        nodes.Source["a"] = new Value(2, Version: 4);
        nodes.Deliver();

        (await nodes.B.ReadAsync(Sharing.Versioned, "a")).ShouldBe(2);
        Nodes.CountersOf(nodes.B, Sharing.Versioned)[SecondLevelResult.Outdated].ShouldBe(1);
    }

    [Fact]
    public async Task AnEntryFromAheadOfThisNodeCountsAsLoadedWhereThisNodeIs()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.A.WriteAsync("other", new Value(5));
        await nodes.A.WriteAsync("a", new Value(2));
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a"); // at 2, where B has not come yet

        foreach (var source in (AnswerSource[])[AnswerSource.SecondLevel, AnswerSource.Cache])
        {
            (await nodes.B.Freshet.ReadAnswerAsync(Sharing.Plain, "a")).ShouldSatisfyAllConditions(
                each => each.Value.Number.ShouldBe(2), each => each.Source.ShouldBe(source), each => each.LoadedAt.Position.ShouldBe(0), each => each.ValidAt.ShouldBe(0));
        }
        nodes.Deliver();
        (await nodes.B.Freshet.ReadAnswerAsync(Sharing.Plain, "a")).ShouldSatisfyAllConditions(
            each => each.Source.ShouldBe(AnswerSource.SecondLevel), each => each.LoadedAt.Position.ShouldBe(2));
        nodes.Source.Reads.ShouldBe(1);
    }

    [Fact]
    public async Task AQueryThatOptsOutStaysInMemory()
    {
        await using var nodes = Nodes.Start();
        await nodes.A.ReadAsync(Sharing.Memory, "a");
        await nodes.B.ReadAsync(Sharing.Memory, "a");

        nodes.Store.Calls.ShouldBeEmpty();
        nodes.Source.Reads.ShouldBe(2);
    }

    [Fact]
    public async Task SwitchedOffItIsNotAsked()
    {
        await using var nodes = Nodes.Start(builder => builder.ConfigureSecondLevel(options => options.Enabled = false));
        await nodes.A.ReadAsync(Sharing.Plain, "a");

        nodes.Store.Calls.ShouldBeEmpty();
        nodes.A.Freshet.ShouldBeOfType<FreshetService>().Runtimes.ShouldAllBe(runtime => runtime.SecondLevelCounters == null);
    }

    [Fact]
    public async Task WhatMayNotBeCachedIsNotStoredThere()
    {
        await using var nodes = Nodes.Start();
        await nodes.A.ReadAsync(Sharing.Never, "a");
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");

        nodes.Store.Keys.ShouldBe(["app:plain:v1:a"]);
    }

    [Fact]
    public async Task ReadsPastTheCacheGoPastTheSecondLevelToo()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        await using var action = nodes.B.Freshet.BeginUserAction("change");
        nodes.Source["a"] = new Value(2);
        nodes.B.Freshet.Raise(new ThingChanged("a")); // not appended yet

        (await nodes.B.ReadAsync(Sharing.Plain, "a")).ShouldBe(2);
        nodes.Store.Count("get").ShouldBe(1, "A's own, when it loaded");
        nodes.Store.Count("set").ShouldBe(1);
    }

    [Fact]
    public async Task ALoadInTheBackgroundAsksTheSourceAndStoresWhatItGets()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Medium, "a");
        nodes.Source["a"] = new Value(2);
        await nodes.A.MarkStaleAsync("a", Profile.Minutes);
        (await nodes.A.ReadAsync(Sharing.Medium, "a")).ShouldBe(1);
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.A, Sharing.Medium)[StoreResult.Stored] == 2);
        nodes.Deliver();

        nodes.Store.Count("get").ShouldBe(1, "the first read's");
        (await nodes.B.ReadAsync(Sharing.Medium, "a")).ShouldBe(2);
        nodes.Source.Reads.ShouldBe(2);
    }

    [Fact]
    public async Task NoMarkIsHeldForGood()
    {
        await using var nodes = Nodes.Start();
        await nodes.FillAsync(nodes.A, Sharing.Found, "served");
        await nodes.FillAsync(nodes.A, Sharing.Found, "outdated");
        var epoch = Nodes.NodeOf(nodes.A).Applied.Position.Epoch;
        nodes.Store["app:found:v1:broken"] = EntryCodec.Write(
            "app:found:v1:broken", new EntryHeader(new LogPosition(epoch, 0), null, 1, 0, 60_000, 0, false, [Sharing.Thing.For("broken"), Sharing.Owner.For("lost")]),
            PackedPayload.Pack("{"u8.ToArray(), 4_096));
        await nodes.A.WriteAsync("outdated", new Value(2));
        nodes.Deliver();
        foreach (var id in (string[])["served", "outdated", "broken"]) await nodes.B.ReadAsync(Sharing.Found, id);
        var counters = Nodes.CountersOf(nodes.B, Sharing.Found);
        (counters[SecondLevelResult.Hit], counters[SecondLevelResult.Outdated], counters[SecondLevelResult.Unreadable]).ShouldBe((1, 1, 1));
        await Nodes.UntilAsync(() => counters[StoreResult.Stored] == 2);

        nodes.Advance(TimeSpan.FromMinutes(10)); // everything is dead, and swept
        var marks = Nodes.NodeOf(nodes.B).Applied.Marks;
        marks.Forget(upTo: long.MaxValue);
        marks.Count.ShouldBe(0);
    }

    [Fact]
    public async Task ABatchStoresEachOfItsValues()
    {
        await using var nodes = Nodes.Start();
        (nodes.Source["a"], nodes.Source["b"]) = (new Value(1), new Value(2));
        await nodes.A.Freshet.ReadManyAsync(Sharing.Many, ["a", "b"]);
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.A, Sharing.Many)[StoreResult.Stored] == 2);

        (await nodes.B.ReadAsync(Sharing.Many, "a")).ShouldBe(1);
        (await nodes.B.ReadAsync(Sharing.Many, "b")).ShouldBe(2);
        nodes.Source.Batches.ShouldBe(["a,b"]);
    }

    [Fact]
    public async Task APolicyThatWasTightenedHereHoldsForWhatComesFromThere()
    {
        await using var nodes = Nodes.Start();
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        Runtime(nodes.B).Adopt(QueryPolicy.For(RiskLevel.High) with { TimeToLive = TimeSpan.FromSeconds(10) });
        nodes.Advance(TimeSpan.FromSeconds(4));

        await nodes.B.ReadAsync(Sharing.Plain, "a");

        Entry(nodes.B).ExpiresAt.ShouldBe(Nodes.NodeOf(nodes.B).Clock.Now - 4_000 + 11_000, "the longest that its policy ever gives, from the load on");
    }

    [Fact]
    public async Task WhatIsTooOldForThisNodesPolicyIsNotEvenServedOnce()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        Runtime(nodes.B).Adopt(QueryPolicy.For(RiskLevel.High) with { TimeToLive = TimeSpan.FromSeconds(10) });
        nodes.Advance(TimeSpan.FromSeconds(11));
        nodes.Source["a"] = new Value(2);

        (await nodes.B.ReadAsync(Sharing.Plain, "a")).ShouldBe(2);
    }

    private static QueryRuntime Runtime(TestApp app) => app.Freshet.ShouldBeOfType<FreshetService>().Runtimes.Single(runtime => runtime.Name == "plain");

    private static Entry Entry(TestApp app) => Runtime(app).Store.Snapshot().ShouldHaveSingleItem();
}
