using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Freshet.Tests.Diagnostics;

public sealed class FreshnessWarningsTests
{
    private static readonly string[] _keys = [.. Enumerable.Range(0, 100).Select(i => $"k{i}")];

    private static TestApp Start() => Traced.Start(builder => builder.Configure(options =>
    {
        options.Warnings.BroadTagLeastEntries = 100;
        options.Warnings.MinRequests = 100;
        options.Warnings.UncarriedInvalidations = 10;
    }));

    [Fact]
    public async Task AnInvalidationThatOutdatesTooLargeAPartOfTheStoreIsToldOnce()
    {
        await using var app = StartBroad();
        for (var i = 0; i < 75; i++) await app.Freshet.ReadAsync(Broad.Own, _keys[i]);
        for (var i = 0; i < 25; i++) await app.Freshet.ReadAsync(Broad.Shared, _keys[i]);
        await Expire(app, Broad.Group.For("all"));
        Warnings(app, FreshnessWarnings.BroadTag).ShouldBeEmpty("25 of 100 are not more than a quarter");

        await app.Freshet.ReadAsync(Broad.Shared, _keys[25]);
        await Expire(app, Broad.Group.For("all"));
        await Expire(app, Broad.Group.For("all"));

        Warnings(app, FreshnessWarnings.BroadTag).ShouldBe(["group"]);
        app.LogLines.Lines.Where(line => line.Level == LogLevel.Warning).ShouldHaveSingleItem().Text
            .ShouldStartWith("Invalidating 'group:all' outdated 26 values at once, with 101 in memory.");
    }

    [Fact]
    public async Task InALargeStoreATagMayBeCarriedByMore()
    {
        await using var app = StartBroad();
        for (var i = 0; i < 100; i++) await app.Freshet.ReadAsync(Broad.Own, _keys[i]);
        for (var i = 0; i < 30; i++) await app.Freshet.ReadAsync(Broad.Shared, _keys[i]);

        await Expire(app, Broad.Group.For("all"));

        Warnings(app, FreshnessWarnings.BroadTag).ShouldBeEmpty("30 of 130");
    }

    [Fact]
    public async Task InASmallStoreNoTagIsTooBroad()
    {
        await using var app = StartBroad();
        for (var i = 0; i < 99; i++) await app.Freshet.ReadAsync(Broad.Shared, _keys[i]);

        await Expire(app, Broad.Group.For("all"));

        Warnings(app, FreshnessWarnings.BroadTag).ShouldBeEmpty();
    }

    [Fact]
    public async Task AQueryThatIsHardlyEverAnsweredFromTheCacheIsToldOnce()
    {
        await using var app = Start();
        for (var i = 0; i < 99; i++) await app.Freshet.ReadAsync(Traced.Inner, _keys[i]);
        Warnings(app, FreshnessWarnings.LowHitRate).ShouldBeEmpty("too few to tell");

        await app.Freshet.ReadAsync(Traced.Inner, _keys[99]);

        Warnings(app, FreshnessWarnings.LowHitRate).ShouldBe(["inner"]);
        app.LogLines.Lines.Count(line => line.Text.StartsWith("'inner' (tracing-team) was answered from the cache 0 times in 100 reads", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task AQueryWithAFewHitsIsLeftAlone()
    {
        await using var app = Start();
        for (var i = 0; i < 99; i++) await app.Freshet.ReadAsync(Traced.Inner, _keys[i]);
        await app.Freshet.ReadAsync(Traced.Inner, _keys[0]);

        Warnings(app, FreshnessWarnings.LowHitRate).ShouldBeEmpty("1 % is not below 1 %");
    }

    [Fact]
    public async Task ReadsPastTheCacheDoNotCountAgainstAQuery()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        foreach (var key in _keys) app.Freshet.UpdateTag(Traced.Row.For(key));
        foreach (var key in _keys) await app.Freshet.ReadAsync(Traced.Inner, key);

        Warnings(app, FreshnessWarnings.LowHitRate).ShouldBeEmpty();
    }

    [Fact]
    public async Task ATagThatIsInvalidatedAndNeverReadIsToldOnce()
    {
        await using var app = Start();
        for (var i = 0; i < 9; i++) await Expire(app, Traced.Unread.For(_keys[i]));
        Warnings(app, FreshnessWarnings.UncarriedTag).ShouldBeEmpty();

        await Expire(app, Traced.Unread.For("one more"));
        await Expire(app, Traced.Unread.For("and another"));

        Warnings(app, FreshnessWarnings.UncarriedTag).ShouldBe(["unread"]);
        app.LogLines.Lines.Count(line => line.Text.StartsWith("Tags of the kind 'unread' (tracing-team) were invalidated 11 times", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task ATagThatWasReadOnceUnderAnotherKeyIsOfUse()
    {
        await using var app = Start();
        await app.Freshet.ReadAsync(Traced.Inner, "somebody");
        app.Time.Advance(TimeSpan.FromHours(1)); // the entry is gone, and its mark with it
        for (var i = 0; i < 20; i++) await Expire(app, Traced.Row.For(_keys[i]));

        Warnings(app, FreshnessWarnings.UncarriedTag).ShouldBeEmpty();
    }

    [Fact]
    public async Task ATagThatWasReadBeforeTheLogWasLostIsOfUse()
    {
        await using var app = Start();
        await app.Freshet.ReadAsync(Traced.Inner, "somebody");
        Warnings(app, FreshnessWarnings.UncarriedTag).ShouldBeEmpty();
        app.Freshet.ShouldBeOfType<FreshetService>().Node.StartOver(new LogPosition(Epoch.Create(), 0));
        for (var i = 0; i < 20; i++) await Expire(app, Traced.Row.For(_keys[i]));

        Warnings(app, FreshnessWarnings.UncarriedTag).ShouldBeEmpty();
    }

    [Fact]
    public async Task AnEventThatIsNeverRaisedIsToldAfterADay()
    {
        await using var app = Start();
        await using (var action = app.Freshet.BeginUserAction("write"))
        {
            app.Freshet.Raise(new Paid("a", "s"));
            app.Freshet.Raise(new Listed([])); // touches nothing, and was raised all the same
            await action.CompleteAsync();
        }
        app.Time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        Warnings(app, FreshnessWarnings.UnraisedEvent).ShouldBeEmpty();

        app.Time.Advance(TimeSpan.FromSeconds(1));
        app.Time.Advance(TimeSpan.FromDays(1));

        Warnings(app, FreshnessWarnings.UnraisedEvent).ShouldBe(["row.lost"]);
        app.LogLines.Lines.Count(line => line.Text.StartsWith("The event 'row.lost' (tracing-team) is declared and was not raised here", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task TheSweepLooks()
    {
        await using var app = Start();
        app.Time.Advance(TimeSpan.FromDays(2));

        app.LogLines.Lines.ShouldContain(line => line.Text.Contains("'row.lost'"));
    }

    [Fact]
    public async Task ALogThatThrowsGetsTheSameWarningOnlyOnce()
    {
        await using var app = Start();
        for (var i = 0; i < 10; i++) await Expire(app, Traced.Unread.For(_keys[i]));
        var warnings = app.Services.GetRequiredService<FreshnessWarnings>();
        app.LogLines.Failure = new InvalidOperationException("the disk is full");
        Should.Throw<InvalidOperationException>(warnings.Check);

        warnings.Check();

        warnings.Given.ShouldBe([(FreshnessWarnings.UncarriedTag, "unread")]);
    }

    /// <summary>Checks as the sweep does, and asks the metric.</summary>
    private static IReadOnlyList<string> Warnings(TestApp app, string warning)
    {
        app.Services.GetRequiredService<FreshnessWarnings>().Check();
        using var meter = new MeterReader(app);
        return [.. meter.Read("freshet.warnings").Where(each => each.Tags["warning"] == warning).Select(each => each.Tags["subject"])];
    }

    private static TestApp StartBroad() => TestApp.Start<Broad>(builder =>
    {
        builder.Services.AddMetrics();
        builder.Configure(options => options.Warnings.BroadTagLeastEntries = 100);
    });

    private static async Task Expire(TestApp app, Tag tag)
    {
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.UpdateTag(tag);
        await action.CompleteAsync();
    }

    private sealed record GroupChanged(string Id);

    private sealed class Broad() : Catalog("broad-team")
    {
        public static readonly Tag<string> Group = new("group");
        public static readonly Tag<string> Item = new("item");
        public static readonly Event<GroupChanged> Changed = new Event<GroupChanged>("group.changed").Invalidates(Group, e => e.Id).Invalidates(Item, e => e.Id);
        public static readonly CachedQuery<string, int> Shared = new CachedQuery<string, int>("shared", RiskLevel.Low).DependsOn(Group.For("all")).LoadWith((_, _) => Task.FromResult(1));
        public static readonly CachedQuery<string, int> Own = new CachedQuery<string, int>("own", RiskLevel.Low).DependsOn(Item, id => id).LoadWith((_, _) => Task.FromResult(1));
    }
}
