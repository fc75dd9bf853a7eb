using Freshet.Tests.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Reading;

/// <summary>S31 as far as one process goes: a load that takes longer than the query's limit holds nobody whose level accepts what is at hand.</summary>
public sealed class SlowLoadTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData("medium")]
    [InlineData("low")]
    public async Task S31_ALoadPastTheLimitIsNotWaitedForWhereTheLevelAcceptsTheOldValueAndThatIsCounted(string level)
    {
        await using var app = await ExpiredAsync(level);
        using var meter = new MeterReader(app);
        var gate = app.Source.HoldNext("a");
        var read = app.Freshet.ReadAnswerAsync(QueryOf(level), "a").AsTask();
        await gate.Reached;
        await app.Time.WhenTimerSetAsync(_limit);

        app.Time.Advance(_limit - TimeSpan.FromMilliseconds(1));
        read.IsCompleted.ShouldBeFalse("the limit has not passed");
        app.Time.Advance(TimeSpan.FromMilliseconds(1));

        var answer = await read;
        (answer.Value.Number, answer.Source).ShouldBe((1, AnswerSource.LastGood));
        meter.Sum("freshet.loads.outwaited", ("query", level)).ShouldBe(1);
        meter.Sum("freshet.requests", ("query", level), ("result", "last-good")).ShouldBe(1);

        // The load goes on, and whoever reads once it has landed has its value.
        gate.IsCancelled.ShouldBeFalse();
        gate.Open();
        await app.UntilAsync(() => app.ReadAsync(QueryOf(level), "a"), number => number == 2);
        app.Source.ReadsOf("a").ShouldBe(2);
    }

    [Fact]
    public void S31_AtHighNothingOldIsAcceptedSoSuchALimitIsRefusedAtStartUp()
    {
        var refused = Should.Throw<CatalogException>(() => Start("high"));

        var fault = refused.Faults.ShouldHaveSingleItem();
        (fault.Declaration, fault.Kind).ShouldBe(("high", CatalogFaultKind.LooserThanLevel));
        refused.Message.ShouldContain("SoftTimeout");
    }

    [Fact]
    public async Task S31_AReaderPastTheOldValueWaitsForTheLoad()
    {
        await using var app = await ExpiredAsync("medium");
        using var meter = new MeterReader(app);
        var token = new ConsistencyToken(app.Freshet.Log.Position.Epoch, app.Freshet.Log.Position.Position);
        var gate = app.Source.HoldNext("a");
        var read = app.Freshet.ReadAnswerAsync(Things.Medium, "a", new ReadRequirement(token)).AsTask();
        await gate.Reached;
        await app.Time.WhenTimerSetAsync(_limit);

        app.Time.Advance(10 * _limit);
        gate.Open();

        var answer = await read;
        (answer.Value.Number, answer.Source).ShouldBe((2, AnswerSource.Load));
        meter.Sum("freshet.loads.outwaited").ShouldBe(0);
    }

    private static CachedQuery<string, Value> QueryOf(string level) =>
        level == "medium" ? Things.Medium : Things.Low;

    /// <summary>Read as 1, then written as 2 and expired; reads wait no longer than the limit for a load.</summary>
    private static async Task<TestApp> ExpiredAsync(string level)
    {
        var app = Start(level);
        app.Source["a"] = new Value(1);
        await app.ReadAsync(QueryOf(level), "a");
        await app.WriteAsync("a", new Value(2));
        return app;
    }

    private static TestApp Start(string level) => TestApp.Start(
        builder => builder.Services.AddMetrics(),
        new ConfigurationBuilder().AddInMemoryCollection([new($"Freshet:Policies:{level}:SoftTimeout", _limit.ToString())]).Build());
}
