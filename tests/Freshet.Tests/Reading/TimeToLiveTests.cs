using Microsoft.Extensions.Configuration;

namespace Freshet.Tests.Reading;

/// <summary>R5: every entry dies. S23, PROTOCOL 4.</summary>
public sealed class TimeToLiveTests
{
    [Fact]
    public async Task S23_AnInvalidationThatWasLostForGoodHealsByTheTimeToLive()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.High, "a");
        app.Source["a"] = new Value(2); // nobody raised anything

        app.Time.Advance(TimeSpan.FromMinutes(2) * 0.9 - TimeSpan.FromMilliseconds(1));
        (await app.ReadAsync(Things.High, "a")).ShouldBe(1);

        app.Time.Advance(TimeSpan.FromMinutes(2) * 0.2);
        (await app.ReadAsync(Things.High, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task AnEntryPastItsTimeToLiveIsNotServedThoughNothingHasRemovedItYet()
    {
        await using var app = TestApp.Start(builder => builder.Configure(options => options.SweepInterval = TimeSpan.FromHours(1)));
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.High, "a");
        app.Source["a"] = new Value(2);

        app.Time.Advance(TimeSpan.FromMinutes(3));
        Living(app).ShouldBe(1);

        (await app.ReadAsync(Things.High, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task TheTimeToLiveCountsFromBeforeTheLoadSoALoadThatOutlivesItIsNotStored()
    {
        await using var app = TestApp.Start(configuration: Patient());
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var read = app.ReadAsync(Things.High, "a");
        await gate.Reached;
        app.Time.Advance(TimeSpan.FromMinutes(3));
        gate.Open();
        (await read).ShouldBe(1);
        Living(app).ShouldBe(0);

        await app.ReadAsync(Things.High, "a");

        app.Source.ReadsOf("a").ShouldBe(2);
    }

    [Fact]
    public async Task ALoadPastItsTimeToLiveIsNotJoined()
    {
        await using var app = TestApp.Start(configuration: Patient());
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var hanging = app.ReadAsync(Things.High, "a");
        await gate.Reached;
        app.Source["a"] = new Value(2); // an invalidation that was lost for good
        app.Time.Advance(TimeSpan.FromMinutes(30));

        var later = app.ReadAsync(Things.High, "a");
        gate.Open();

        (await later).ShouldBe(2);
        await hanging;
    }

    [Fact]
    public async Task ATimeToLiveTightenedDuringALoadHoldsForItsResult()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection().Build();
        await using var app = TestApp.Start(configuration: configuration);
        var gate = app.Source.HoldNext("a");
        var read = app.ReadAsync(Things.Low, "a");
        await gate.Reached;
        configuration["Freshet:Policies:low:TimeToLive"] = "00:00:30";
        configuration.Reload();
        gate.Open();
        await read;

        app.Time.Advance(TimeSpan.FromSeconds(34));

        (await app.Freshet.ReadAnswerAsync(Things.Low, "a")).Source.ShouldBe(AnswerSource.Load);
    }

    [Fact]
    public async Task ALoadThatSpansSweepsIsStoredThoughItFindsANewTag()
    {
        await using var app = TestApp.Start(configuration: Patient());
        var gate = app.Source.HoldNext("a");
        var read = app.ReadAsync(Things.Found, "a");
        await gate.Reached;
        await app.WriteAsync("unrelated", new Value(1));
        for (var sweep = 0; sweep < 3; sweep++) app.Time.Advance(TimeSpan.FromSeconds(10));
        gate.Open();
        await read;

        (await app.Freshet.ReadAnswerAsync(Things.Found, "a")).Source.ShouldBe(AnswerSource.Cache);
    }

    [Fact]
    public async Task S25_EntriesWrittenTogetherDoNotExpireTogether()
    {
        await using var app = TestApp.Start();
        const int entries = 10_000;
        for (var i = 0; i < entries; i++) await app.ReadAsync(Things.Medium, $"k{i}");

        var most = 0;
        var before = Living(app);
        before.ShouldBe(entries);
        app.Time.Advance(TimeSpan.FromMinutes(9));
        for (var second = 0; second < 160; second++) // what has died is kept 30 seconds longer, in case the loader fails
        {
            app.Time.Advance(TimeSpan.FromSeconds(1)); // the sweep removes what has died
            var living = Living(app);
            most = Math.Max(most, before - living);
            before = living;
        }
        app.Time.Advance(TimeSpan.FromSeconds(20));

        Living(app).ShouldBe(0);
        most.ShouldBeLessThan(entries / 5, "at most a fifth of them dies between two sweeps 10 seconds apart");
    }

    [Fact]
    public async Task JitterNeverExceedsTheKeyspacesMaximum()
    {
        await using var app = TestApp.Start(builder => builder.Configure(options => options.MaxTimeToLive = TimeSpan.FromMinutes(1)));
        for (var i = 0; i < 200; i++) await app.ReadAsync(Things.Low, $"k{i}");

        app.Time.Advance(TimeSpan.FromMinutes(1));
        var answers = new List<AnswerSource>();
        for (var i = 0; i < 200; i++) answers.Add((await app.Freshet.ReadAnswerAsync(Things.Low, $"k{i}")).Source);

        answers.ShouldAllBe(source => source == AnswerSource.Load);
    }

    [Fact]
    public async Task ATimeToLiveTightenedWhileRunningHoldsForWhatIsStoredAlready()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection().Build();
        await using var app = TestApp.Start(configuration: configuration);
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Medium, "a");
        app.Source["a"] = new Value(2);

        configuration["Freshet:Policies:medium:TimeToLive"] = "00:00:30";
        configuration.Reload();
        app.Time.Advance(TimeSpan.FromSeconds(30));

        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task BookkeepingFallsBackWhenNothingRefersToIt()
    {
        await using var app = TestApp.Start();
        for (var i = 0; i < 500; i++)
        {
            await app.ReadAsync(Things.High, $"k{i}");
            await app.ExpireAsync($"k{i}");
        }
        Marks(app).ShouldBe(500);

        for (var minute = 0; minute < 4; minute++) app.Time.Advance(TimeSpan.FromMinutes(1));

        Living(app).ShouldBe(0);
        Marks(app).ShouldBe(0);
    }

    /// <summary>Loads that may take an hour, so that time can pass while one is held.</summary>
    private static IConfiguration Patient() => new ConfigurationBuilder().AddInMemoryCollection(
        new Dictionary<string, string?> { ["Freshet:Policies:high:LoadTimeout"] = "01:00:00", ["Freshet:Policies:found:LoadTimeout"] = "01:00:00" }).Build();

    private static int Living(TestApp app) => ((FreshetService)app.Freshet).Runtimes.Sum(runtime => runtime.EntryCount);

    private static int Marks(TestApp app) => ((FreshetService)app.Freshet).Node.Applied.Marks.Count;
}
