namespace Freshet.Tests.Reading;

/// <summary>A screen agrees with itself: its high values were all valid at one position. DESIGN 3.</summary>
public sealed class ScreenTests
{
    [Fact]
    public async Task AWriteBetweenTwoReadsMakesTheScreenReadAgain()
    {
        await using var app = await WarmAsync();

        var screen = await app.Freshet.ReadScreenAsync(Things.Both, ReadWithWritesBetween(app, writes: 1));

        screen.Value.ShouldBe((2, 2));
        (screen.IsCoherent, screen.Attempts).ShouldBe((true, 2));
    }

    [Fact]
    public async Task TheSameTwoReadsByThemselvesShowTwoStates()
    {
        await using var app = await WarmAsync();

        (await ReadWithWritesBetween(app, writes: 1)(default)).ShouldBe((1, 2));
    }

    [Fact]
    public async Task WhenWritesKeepComingItReturnsWhatThereIsAndSaysSo()
    {
        await using var app = await WarmAsync();

        var screen = await app.Freshet.ReadScreenAsync(Things.Both, ReadWithWritesBetween(app, writes: 99));

        (screen.IsCoherent, screen.Attempts).ShouldBe((false, 3));
        var counters = ((FreshetService)app.Freshet).ScreenCounters[Things.Both];
        (counters.Coherent, counters.Incoherent).ShouldBe((0, 1));
    }

    [Fact]
    public async Task AWriteToSomethingElseInBetweenDoesNotMatter()
    {
        await using var app = await WarmAsync();

        var screen = await app.Freshet.ReadScreenAsync(Things.Both, async ct =>
        {
            var high = (await app.Freshet.ReadAsync(Things.High, "a", ct)).Number;
            await app.WriteAsync("b", new Value(7));
            return (high, (await app.Freshet.ReadAsync(Things.Versioned, "a", ct)).Number);
        });

        screen.Value.ShouldBe((1, 1));
        (screen.IsCoherent, screen.Attempts).ShouldBe((true, 1));
        app.Source.ReadsOf("a").ShouldBe(2);
    }

    [Fact]
    public async Task TheScopeAroundLearnsOnlyOfTheAttemptThatCounts()
    {
        await using var app = await WarmAsync();
        using var scope = app.Freshet.BeginReadScope();

        await app.Freshet.ReadScreenAsync(Things.Both, ReadWithWritesBetween(app, writes: 1));

        var interval = scope.Interval.ShouldNotBeNull();
        (interval.LoadedAt, interval.ValidAt).ShouldBe((1, 1));
        scope.Tags.ShouldBe([Things.Thing.For("a")]);
    }

    [Fact]
    public async Task AScreenNobodyComposedIsRefused()
    {
        await using var app = TestApp.Start();

        (await Should.ThrowAsync<UnknownDeclarationException>(
            () => app.Freshet.ReadScreenAsync(new Screen("stranger"), _ => Task.FromResult(1)).AsTask())).Kind.ShouldBe("screen");
    }

    /// <summary>Both queries hold 1, loaded at position 0.</summary>
    private static async Task<TestApp> WarmAsync()
    {
        var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.High, "a");
        await app.ReadAsync(Things.Versioned, "a");
        return app;
    }

    /// <summary>Reads both, with a write by somebody else in between as long as there are any.</summary>
    private static Func<CancellationToken, Task<(int High, int Versioned)>> ReadWithWritesBetween(TestApp app, int writes) => async ct =>
    {
        var high = (await app.Freshet.ReadAsync(Things.High, "a", ct)).Number;
        if (writes-- > 0) await app.WriteAsync("a", new Value(app.Source["a"].Number + 1));
        return (high, (await app.Freshet.ReadAsync(Things.Versioned, "a", ct)).Number);
    };
}
