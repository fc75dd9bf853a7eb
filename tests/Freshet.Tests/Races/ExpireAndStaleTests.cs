namespace Freshet.Tests.Races;

/// <summary>Expire and stale are kept apart in each mark. DESIGN 10: P8, P9; PROTOCOL 14.</summary>
public sealed class ExpireAndStaleTests
{
    [Fact]
    public async Task P8_ATagThatWasExpiredAndThenMarkedStaleStaysExpired()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Medium, "a");
        app.Source["a"] = new Value(2);

        await app.ExpireAsync("a");
        await app.MarkStaleAsync("a", Profile.Hours);

        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task P9_AnEntryLoadedAfterAStaleMarkOutlivesTheMarksDeadline()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.MarkStaleAsync("a", Profile.Seconds); // deadline: 1 minute
        await app.ReadAsync(Things.Medium, "a");

        app.Time.Advance(TimeSpan.FromMinutes(2));

        var answer = await app.Freshet.ReadAnswerAsync(Things.Medium, "a");
        answer.Source.ShouldBe(AnswerSource.Cache);
        app.Source.Reads.ShouldBe(1);
    }

    [Fact]
    public async Task AStaleValueIsServedOnceMoreWhileOneLoadReplacesIt()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Medium, "a");
        app.Source["a"] = new Value(2);
        await app.MarkStaleAsync("a", Profile.Minutes);

        var gate = app.Source.HoldNext("a");
        for (var i = 0; i < 10; i++) (await app.Freshet.ReadAnswerAsync(Things.Medium, "a")).Source.ShouldBe(AnswerSource.StaleCache);
        await gate.Reached;
        app.Source.ReadsOf("a").ShouldBe(2);
        gate.Open();

        // A read that needs the newest joins or follows the load that replaces the value.
        (await app.Freshet.ReadAnswerAsync(Things.Medium, "a", new ReadRequirement(new ConsistencyToken(app.Freshet.Log.Position.Epoch, 1)))).Value.Number.ShouldBe(2);
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2);
        app.Source.ReadsOf("a").ShouldBe(2);
    }

    [Fact]
    public async Task AnOlderLoadThatIsOnlyStaleDoesNotReplaceTheNewerResult()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var older = app.ReadAsync(Things.Medium, "a");
        await gate.Reached;
        app.Source["a"] = new Value(2);
        await app.MarkStaleAsync("a", Profile.Minutes);
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2);

        gate.Open();
        (await older).ShouldBe(1);

        var answer = await app.Freshet.ReadAnswerAsync(Things.Medium, "a");
        (answer.Value.Number, answer.Source).ShouldBe((2, AnswerSource.Cache));
    }

    [Fact]
    public async Task AfterItsDeadlineAStaleValueCountsAsExpired()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Low, "a");
        app.Source["a"] = new Value(2);
        await app.MarkStaleAsync("a", Profile.Seconds);

        app.Time.Advance(TimeSpan.FromMinutes(1));

        (await app.ReadAsync(Things.Low, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task AHighQueryTreatsStaleAsExpired()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.High, "a");
        app.Source["a"] = new Value(2);
        await app.MarkStaleAsync("a", Profile.Minutes);

        (await app.ReadAsync(Things.High, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task AReaderWithATokenPastTheLoadGetsNoStaleValue()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Medium, "a");
        app.Source["a"] = new Value(2);
        await app.MarkStaleAsync("a", Profile.Minutes);
        var token = new ConsistencyToken(app.Freshet.Log.Position.Epoch, app.Freshet.Log.Position.Position);

        (await app.Freshet.ReadAnswerAsync(Things.Medium, "a", new ReadRequirement(token))).Value.Number.ShouldBe(2);
    }

    [Fact]
    public async Task InsideALoaderStaleCountsAsExpired()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Medium, "a");
        app.Source["a"] = new Value(2);
        await app.MarkStaleAsync("a", Profile.Minutes);

        (await app.ReadAsync(Things.Outer, "a")).ShouldBe(2);
    }
}
