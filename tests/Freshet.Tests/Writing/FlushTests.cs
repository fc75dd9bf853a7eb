using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Writing;

/// <summary>S29: a flush reaches its scope and nothing else.</summary>
public sealed class FlushTests
{
    [Fact]
    public async Task AFlushOfAQueryOutdatesItsValuesAlone()
    {
        await using var app = await FilledAsync();
        await app.FlushQueryAsync("low");
        await ShouldLoadAsync(app, Things.Low, true);
        await ShouldLoadAsync(app, Things.Medium, false);
        await ShouldLoadAsync(app, Things.High, false);
    }

    [Fact]
    public async Task AFlushOfAQueryOutdatesWhatIsMadeOfItsValues()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Outer, "a");
        app.Source["a"] = new Value(2);

        app.Service().ScopeOfQuery("medium").Tags.Select(tag => tag.Text).ShouldBe(["all-of-query:medium", "all-of-query:outer"]);
        await app.FlushQueryAsync("medium");
        (await app.ReadAsync(Things.Outer, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task AFlushOfAKindOutdatesEveryTagOfItAlone()
    {
        await using var app = TestApp.Start();
        await app.ReadAsync(Things.Found, "a"); // carries an owner
        await app.ReadAsync(Things.Low, "a");   // carries none
        await app.FlushKindAsync("owner");

        await ShouldLoadAsync(app, Things.Found, true);
        await ShouldLoadAsync(app, Things.Low, false);
    }

    [Fact]
    public async Task AFlushOfATagOutdatesThatTagAlone()
    {
        await using var app = TestApp.Start();
        await app.ReadAsync(Things.Low, "a");
        await app.ReadAsync(Things.Low, "b");
        await app.FlushAsync(app.Service().ScopeOfTag("thing:a"));

        await ShouldLoadAsync(app, Things.Low, true);
        await ShouldLoadAsync(app, Things.Low, false, "b");
    }

    [Fact]
    public async Task AFlushIsRecordedWithActorAndReason()
    {
        await using var app = TestApp.Start();
        await app.FlushQueryAsync("low");
        await foreach (var record in app.Freshet.Log.FollowAsync(0))
        {
            record.Trigger.ShouldBe(TriggerKind.Operator);
            record.Call.ShouldBe("Flush");
            record.Actor.ShouldBe("ann");
            record.Cause.ShouldBe("wrong values");
            record.Invalidations.ShouldHaveSingleItem().Tag.Text.ShouldBe("all-of-query:low");
            break;
        }
    }

    [Fact]
    public async Task WhatAHybridCacheMadeOfAQueryGoesWithIt()
    {
        await using var app = TestApp.Start(builder => builder.AsHybridCache());
        var cache = app.Services.GetRequiredService<HybridCache>();
        async ValueTask<int> Made(CancellationToken ct) => (await app.Freshet.ReadAsync(Things.Low, "a", ct)).Number;
        app.Source["a"] = new Value(1);
        await cache.GetOrCreateAsync("made", Made);
        app.Source["a"] = new Value(2);

        await app.FlushQueryAsync("low");
        (await cache.GetOrCreateAsync("made", Made)).ShouldBe(2);
    }

    [Fact]
    public async Task ThePreviewCountsWhatWouldBeOutdatedAndIsNot()
    {
        await using var app = TestApp.Start();
        await app.ReadAsync(Things.Low, "a");
        await app.ReadAsync(Things.Low, "b");
        await app.ReadAsync(Things.Medium, "a");
        await app.ExpireAsync("b");
        var freshet = app.Service();

        freshet.Preview(freshet.ScopeOfQuery("low")).Entries.ShouldBe([("low", 1)]);
        freshet.Preview(freshet.ScopeOfTag("thing:a")).Entries.ShouldBe([("low", 1), ("medium", 1)]);
        freshet.Preview(freshet.ScopeOfTagKind("thing")).Entries.ShouldBe([("low", 1), ("medium", 1)]);
        freshet.Preview(freshet.ScopeOfTagKind("owner")).Entries.ShouldBeEmpty();
        await ShouldLoadAsync(app, Things.Low, false);
    }

    [Theory]
    [InlineData("thing", "unknown")]
    [InlineData("nothing:a", "unknown-tag-kind")]
    [InlineData("thing:", "invalid-tag")]
    [InlineData("thing:a\tb", "invalid-tag")]
    public async Task ATagThatIsNoneIsRefused(string text, string code)
    {
        await using var app = TestApp.Start();
        var error = Should.Throw<OperatorInputException>(() => app.Service().ScopeOfTag(text));
        error.Code.ShouldBe(code == "unknown" ? "invalid-tag" : code);
        error.IsCallerFault.ShouldBeTrue();
    }

    [Fact]
    public async Task AnOperatorsActionThatFailsKeepsItsReason()
    {
        await using var app = TestApp.Start();
        await using (app.Freshet.BeginOperator("mend", "ann", "wrong values")) app.Freshet.RevalidateTag(Things.Thing.For("a"), Profile.Hours);

        await foreach (var record in app.Freshet.Log.FollowAsync(0))
        {
            record.Cause.ShouldBe("uncertain: wrong values");
            record.IsUncertain.ShouldBeTrue();
            record.Invalidations.ShouldHaveSingleItem().Kind.ShouldBe(InvalidationKind.Expire);
            break;
        }
    }

    private static async Task<TestApp> FilledAsync()
    {
        var app = TestApp.Start();
        foreach (var query in (CachedQuery<string, Value>[])[Things.Low, Things.Medium, Things.High]) await app.ReadAsync(query, "a");
        return app;
    }

    private static async Task ShouldLoadAsync(TestApp app, CachedQuery<string, Value> query, bool loads, string key = "a")
    {
        var before = app.Source.Reads;
        await app.ReadAsync(query, key);
        (app.Source.Reads - before).ShouldBe(loads ? 1 : 0, query.Name);
    }
}
