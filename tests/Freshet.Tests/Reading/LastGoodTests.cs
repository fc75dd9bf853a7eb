using Microsoft.Extensions.Logging;

namespace Freshet.Tests.Reading;

/// <summary>S26: the loader fails. High shows the error; medium and low the last good value, within their limits.</summary>
public sealed class LastGoodTests
{
    [Fact]
    public async Task S26_HighShowsTheErrorAndMediumTheLastGoodValueUntilItsLimit()
    {
        await using var app = await FailingAsync(Things.High, Things.Medium);

        await Should.ThrowAsync<TimeoutException>(() => app.ReadAsync(Things.High, "a"));
        var answer = await app.Freshet.ReadAnswerAsync(Things.Medium, "a");
        (answer.Value.Number, answer.Source).ShouldBe((1, AnswerSource.LastGood));
        app.LogLines.Lines.ShouldContain(line => line.Level == LogLevel.Warning && line.Text.Contains("'medium' was answered with its last good value"));

        app.Time.Advance(TimeSpan.FromSeconds(30));
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(1);
        app.Time.Advance(TimeSpan.FromMilliseconds(1));
        await Should.ThrowAsync<TimeoutException>(() => app.ReadAsync(Things.Medium, "a"));
    }

    [Fact]
    public async Task WhenTheLoaderRecoversTheNextReadIsFreshAndTheLimitStartsAnew()
    {
        await using var app = await FailingAsync(Things.Medium);
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(1);
        app.Time.Advance(TimeSpan.FromSeconds(29));

        app.Source.Failure = null;
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2);

        await app.ExpireAsync("a");
        app.Source.Failure = new TimeoutException("away again");
        app.Time.Advance(TimeSpan.FromSeconds(29));
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task ANewValuesLimitDoesNotCountFromItsPredecessorsFailure()
    {
        await using var app = TestApp.Start(builder => builder.Configure(options => options.SweepInterval = TimeSpan.FromHours(1))); // so that no sweep tidies up
        await app.ReadAsync(Things.Medium, "a");
        await app.ExpireAsync("a");
        app.Source.Failure = new TimeoutException("away");
        await app.ReadAsync(Things.Medium, "a");
        app.Source.Failure = null;
        await app.WriteAsync("a", new Value(2));
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2);

        app.Time.Advance(TimeSpan.FromSeconds(31));
        await app.ExpireAsync("a");
        app.Source.Failure = new TimeoutException("away again");

        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task AValuePastItsTimeToLiveIsKeptForTheCaseThatItsLoaderFails()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Low, "a");

        app.Time.Advance(TimeSpan.FromMinutes(70)); // dead after an hour, and several sweeps have passed
        app.Source.Failure = new TimeoutException("the database is away");

        (await app.Freshet.ReadAnswerAsync(Things.Low, "a")).Source.ShouldBe(AnswerSource.LastGood);
    }

    [Fact]
    public async Task NoValueOutlivesTheKeyspacesMaximumBecauseItsLoaderFails()
    {
        await using var app = TestApp.Start(builder => builder.Configure(options =>
        {
            options.MaxTimeToLive = TimeSpan.FromMinutes(30);
            options.SweepInterval = TimeSpan.FromHours(1); // so that it is the read that refuses, not the sweep
        }));
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Low, "a");
        app.Source.Failure = new TimeoutException("the database is away");

        app.Time.Advance(TimeSpan.FromMinutes(30));

        await Should.ThrowAsync<TimeoutException>(() => app.ReadAsync(Things.Low, "a"));
    }

    [Fact]
    public async Task AReaderWhoseTokenIsPastTheValueGetsTheError()
    {
        await using var app = await FailingAsync(Things.Medium);
        var head = app.Freshet.Log.Position;

        await Should.ThrowAsync<TimeoutException>(() => app.Freshet.ReadAnswerAsync(
            Things.Medium, "a", new ReadRequirement(new ConsistencyToken(head.Epoch, head.Position))).AsTask());
    }

    [Fact]
    public async Task InsideALoaderTheErrorIsSeen()
    {
        await using var app = await FailingAsync(Things.Medium);

        await Should.ThrowAsync<TimeoutException>(() => app.ReadAsync(Things.Outer, "a"));
    }

    /// <summary>Everything was read once, then written, and since then the loader fails.</summary>
    private static async Task<TestApp> FailingAsync(params CachedQuery<string, Value>[] queries)
    {
        var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        foreach (var query in queries) await app.ReadAsync(query, "a");
        await app.WriteAsync("a", new Value(2));
        app.Source.Failure = new TimeoutException("the database is away");
        return app;
    }
}
