namespace Freshet.Tests.Reading;

/// <summary>R3 on one node, and minimum versions.</summary>
public sealed class TokenTests
{
    [Fact]
    public async Task S15_AWriterReadsItsOwnWriteEveryTime()
    {
        await using var app = TestApp.Start();
        for (var i = 1; i <= 10_000; i++)
        {
            var token = await app.WriteAsync("a", new Value(i));
            (await app.Freshet.ReadAnswerAsync(Things.Medium, "a", new ReadRequirement(token))).Value.Number.ShouldBe(i);
        }
    }

    [Fact]
    public async Task S16_AReaderWithoutATokenSeesAFinishedWriteToo()
    {
        await using var app = TestApp.Start();
        for (var i = 1; i <= 1_000; i++)
        {
            await app.WriteAsync("a", new Value(i));
            (await app.ReadAsync(Things.High, "a")).ShouldBe(i);
            (await app.ReadAsync(Things.Low, "a")).ShouldBe(i);
        }
    }

    [Fact]
    public async Task ATokenFromTheFutureIsNotMetSoTheSourceIsReadAndTheCacheLeftAlone()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.High, "a");
        app.Source["a"] = new Value(2);
        var future = new ConsistencyToken(app.Freshet.Log.Position.Epoch, 99);

        var answer = await app.Freshet.ReadAnswerAsync(Things.High, "a", new ReadRequirement(future));

        answer.Satisfied.ShouldBeFalse();
        answer.Source.ShouldBe(AnswerSource.Bypass);
        answer.Value.Number.ShouldBe(2);
        (await app.ReadAsync(Things.High, "a")).ShouldBe(1, "what was read past the cache is not stored");
    }

    [Fact]
    public async Task ATokenOfAnotherEpochIsMetByBeingAtTheHead()
    {
        await using var app = TestApp.Start();
        await app.ReadAsync(Things.High, "a");

        var answer = await app.Freshet.ReadAnswerAsync(Things.High, "a", new ReadRequirement(new ConsistencyToken(Epoch.Create(), 99)));

        answer.Satisfied.ShouldBeTrue();
        answer.Source.ShouldBe(AnswerSource.Cache);
    }

    [Fact]
    public async Task AMinimumVersionRejectsAnOlderEntryAndIsSaidToBeMissedWhenTheSourceHasNoNewer()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1, Version: 1);
        await app.Freshet.ReadAsync(Things.Versioned, "a");

        var early = await app.Time.PassAsync(app.Freshet.ReadAnswerAsync(Things.Versioned, "a", new ReadRequirement(MinimumVersion: 2)).AsTask());
        early.Satisfied.ShouldBeFalse();
        early.Version.ShouldBe(1);

        app.Source["a"] = new Value(2, Version: 2);
        var met = await app.Freshet.ReadAnswerAsync(Things.Versioned, "a", new ReadRequirement(MinimumVersion: 2));
        met.Satisfied.ShouldBeTrue();
        met.Value.Number.ShouldBe(2);
        (await app.Freshet.ReadAnswerAsync(Things.Versioned, "a", new ReadRequirement(MinimumVersion: 2))).Source.ShouldBe(AnswerSource.Cache);
    }

    [Fact]
    public async Task NotFoundIsBelowEveryMinimumVersion()
    {
        await using var app = TestApp.Start<Finding>();
        await app.Freshet.ReadAsync(Finding.Row, "absent");

        var early = await app.Time.PassAsync(app.Freshet.ReadAnswerAsync(Finding.Row, "absent", new ReadRequirement(MinimumVersion: 1)).AsTask());

        (early.Satisfied, early.Version, early.Source).ShouldBe((false, null, AnswerSource.Load));
        (await app.Freshet.ReadAnswerAsync(Finding.Row, "absent")).Satisfied.ShouldBeTrue();
    }

    private sealed class Finding() : Catalog("finding-team")
    {
        public static readonly CachedQuery<string, Value?> Row = new CachedQuery<string, Value?>("row", RiskLevel.Low)
            .VersionedBy(value => value!.Version)
            .LoadWith((_, _) => Task.FromResult<Value?>(null));
    }

    [Fact]
    public async Task ACancelledReadPastTheCacheLoadsNothing()
    {
        await using var app = TestApp.Start();
        var future = new ReadRequirement(new ConsistencyToken(app.Freshet.Log.Position.Epoch, 99));

        await Should.ThrowAsync<OperationCanceledException>(
            () => app.Freshet.ReadAnswerAsync(Things.High, "a", future, new CancellationToken(canceled: true)).AsTask());

        app.Source.Reads.ShouldBe(0);
    }

    [Fact]
    public async Task AReadScopeGathersTagsAndTheIntervalThatItsPartsHaveInCommon()
    {
        await using var app = TestApp.Start();
        await app.ReadAsync(Things.High, "a");     // loaded at 0
        await app.WriteAsync("b", new Value(1));   // position 1

        using var scope = app.Freshet.BeginReadScope();
        await app.ReadAsync(Things.High, "a");
        await app.ReadAsync(Things.High, "b");     // loaded at 1

        scope.Tags.ShouldBe([Things.Thing.For("a"), Things.Thing.For("b")], ignoreOrder: true);
        var interval = scope.Interval.ShouldNotBeNull();
        (interval.LoadedAt, interval.ValidAt).ShouldBe((1, 1)); // at 0 "b" was not so
        scope.Satisfied.ShouldBeTrue();
    }

    [Fact]
    public async Task PartsOfAReadScopeThatDoNotAgreeHaveNoIntervalInCommon()
    {
        await using var app = TestApp.Start();
        using var scope = app.Freshet.BeginReadScope();
        await app.ReadAsync(Things.High, "a");     // valid at 0
        await app.WriteAsync("a", new Value(1));

        await app.ReadAsync(Things.High, "a");     // loaded at 1

        var interval = scope.Interval.ShouldNotBeNull();
        (interval.LoadedAt, interval.ValidAt).ShouldBe((0, -1));
    }

    [Fact]
    public async Task AReadScopesTokenHoldsForEveryReadInIt()
    {
        await using var app = TestApp.Start();
        await app.ReadAsync(Things.High, "a");

        using (var scope = app.Freshet.BeginReadScope(new ReadRequirement(new ConsistencyToken(app.Freshet.Log.Position.Epoch, 99))))
        {
            await app.ReadAsync(Things.High, "a");
            scope.Satisfied.ShouldBeFalse();
        }
        app.Source.ReadsOf("a").ShouldBe(2);
    }
}
