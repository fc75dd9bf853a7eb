namespace Freshet.Tests.Reading;

/// <summary>S17: a replica lags. What was served once is not taken back.</summary>
public sealed class VersionFloorTests
{
    [Fact]
    public async Task S17_AnOlderVersionThanWasServedIsAskedAboutAgainAndTheReaderGetsTheNewer()
    {
        await using var app = await ServedAsync(version: 7);
        await app.WriteAsync("a", new Value(6, Version: 6)); // a replica that has not heard of 7 yet
        var behind = app.Source.HoldNext("a");
        var read = app.Freshet.ReadAnswerAsync(Things.Versioned, "a").AsTask();
        await behind.Reached;
        app.Source["a"] = new Value(8, Version: 8); // caught up
        behind.Open();

        (await app.Time.PassAsync(read)).Value.Number.ShouldBe(8);
        app.Source.ReadsOf("a").ShouldBe(3);
    }

    [Fact]
    public async Task S17_AReplicaThatStaysBehindIsAnErrorThatSaysSoAndIsNotCached()
    {
        await using var app = await ServedAsync(version: 7);
        await app.WriteAsync("a", new Value(6, Version: 6));

        var error = await Should.ThrowAsync<LaggingSourceException>(app.Time.PassAsync(app.ReadAsync(Things.Versioned, "a")));

        (error.Query, error.Version, error.Floor, error.Code).ShouldBe(("versioned", 6, 7, "lagging-source"));
        app.Source["a"] = new Value(8, Version: 8);
        (await app.ReadAsync(Things.Versioned, "a")).ShouldBe(8);
    }

    [Fact]
    public async Task TheLoaderIsToldWhichVersionWasServed()
    {
        await using var app = TestApp.Start<Told>();
        app.Source["a"] = new Value(1, Version: 7);
        await app.ReadAsync(Told.Query, "a");
        await app.WriteAsync("a", new Value(2, Version: 8));

        await app.ReadAsync(Told.Query, "a");

        Told.Minimums.ShouldBe([null, 7L]);
    }

    [Fact]
    public async Task ARowThatIsGoneIsAskedAboutOnceMoreAndThenBelieved()
    {
        await using var app = TestApp.Start<Deleting>();
        app.Source["a"] = new Value(1, Version: 7);
        await app.Freshet.ReadAsync(Deleting.Row, "a");
        await app.WriteAsync("a", new Value(-1));

        (await app.Time.PassAsync(app.Freshet.ReadAsync(Deleting.Row, "a").AsTask())).ShouldBeNull();
        app.Source.ReadsOf("a").ShouldBe(3);

        (await app.Freshet.ReadAnswerAsync(Deleting.Row, "a")).Source.ShouldBe(AnswerSource.Cache);
    }

    [Fact]
    public async Task ARowThatIsGoneWhenItsValueDiesByTimeIsStoredAsGone()
    {
        await using var app = TestApp.Start<Deleting>();
        app.Source["a"] = new Value(1, Version: 7);
        await app.Freshet.ReadAsync(Deleting.Row, "a");
        app.Source["a"] = new Value(-1); // told to nobody
        app.Time.Advance(TimeSpan.FromMinutes(2.5) - TimeSpan.FromSeconds(6)); // dead, and not swept yet

        (await app.Time.PassAsync(app.Freshet.ReadAsync(Deleting.Row, "a").AsTask())).ShouldBeNull();

        (await app.Freshet.ReadAnswerAsync(Deleting.Row, "a")).Source.ShouldBe(AnswerSource.Cache);
    }

    [Fact]
    public async Task NotFoundIsAskedAboutOnceMoreAlsoAfterAVersionThatLagged()
    {
        await using var app = TestApp.Start<Deleting>();
        app.Source["a"] = new Value(1, Version: 7);
        await app.Freshet.ReadAsync(Deleting.Row, "a");
        await app.WriteAsync("a", new Value(1, Version: 6));
        var gate = app.Source.HoldNext("a");
        var read = app.Freshet.ReadAsync(Deleting.Row, "a").AsTask();
        await gate.Reached;
        app.Source["a"] = new Value(-1); // a replica further behind
        gate.Open();

        (await app.Time.PassAsync(read)).ShouldBeNull();

        app.Source.ReadsOf("a").ShouldBe(4); // 7, 6, gone, gone
    }

    /// <summary>A load has returned 7 and passed its check -> a writer's 8 lands, as of an earlier position -> the load lands.</summary>
    [Fact]
    public async Task AnOlderVersionDoesNotTakeThePlaceOfANewerOneThatLandedJustBefore()
    {
        await using var app = TestApp.Start<Sized>();
        var writer = app.Freshet.BeginUserAction("writes 8");
        app.Freshet.WriteThrough(Sized.Query, "a", new Value(8, Version: 8)); // raises nothing, so it is as old as its action
        Task other;
        using (ExecutionContext.SuppressFlow()) other = Task.Run(() => app.WriteAsync("b", new Value(1)));
        await other;
        app.Source["a"] = new Value(7, Version: 7);
        Sized.WhenSized = value =>
        {
            if (value.Version == 7) writer.CompleteAsync().AsTask().Wait(TestContext.Current.CancellationToken);
        };

        await Task.Run(() => app.ReadAsync(Sized.Query, "a"), TestContext.Current.CancellationToken);

        (await app.ReadAsync(Sized.Query, "a")).ShouldBe(8);
    }

    private sealed class Sized() : Catalog("sized-team")
    {
        public static Action<Value> WhenSized { get; set; } = _ => { };

        public static readonly Tag<string> Thing = new("thing");
        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

        public static readonly CachedQuery<string, Value> Query = new CachedQuery<string, Value>("sized", RiskLevel.High)
            .DependsOn(Thing, id => id)
            .VersionedBy(value => value.Version)
            .SizedBy(value =>
            {
                WhenSized(value);
                return 1;
            })
            .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));
    }

    [Fact]
    public async Task S18_AMinimumVersionThatTheSourceReachesInTimeIsWaitedFor()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1, Version: 1);
        var behind = app.Source.HoldNext("a");
        var read = app.Freshet.ReadAnswerAsync(Things.Versioned, "a", new ReadRequirement(MinimumVersion: 2)).AsTask();
        await behind.Reached;
        app.Source["a"] = new Value(2, Version: 2);
        behind.Open();

        var answer = await app.Time.PassAsync(read);

        (answer.Value.Number, answer.Satisfied).ShouldBe((2, true));
    }

    /// <summary>Version 7 was read, and has been outdated since.</summary>
    private static async Task<TestApp> ServedAsync(long version)
    {
        var app = TestApp.Start();
        app.Source["a"] = new Value(7, version);
        await app.ReadAsync(Things.Versioned, "a");
        return app;
    }

    private sealed class Told() : Catalog("told-team")
    {
        public static readonly List<long?> Minimums = [];
        public static readonly Tag<string> Thing = new("thing");
        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

        public static readonly CachedQuery<string, Value> Query = new CachedQuery<string, Value>("told", RiskLevel.High)
            .DependsOn(Thing, id => id)
            .VersionedBy(value => value.Version)
            .LoadWith((Source source, string id, LoadContext context, CancellationToken ct) =>
            {
                Minimums.Add(context.MinimumVersion);
                return source.ReadAsync(id, ct);
            });
    }

    private sealed class Deleting() : Catalog("deleting-team")
    {
        public static readonly Tag<string> Thing = new("thing");
        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

        public static readonly CachedQuery<string, Value?> Row = new CachedQuery<string, Value?>("row", RiskLevel.High)
            .DependsOn(Thing, id => id)
            .VersionedBy(value => value!.Version)
            .LoadWith(async (Source source, string id, CancellationToken ct) => await source.ReadAsync(id, ct) is { Number: >= 0 } row ? row : null);
    }
}
