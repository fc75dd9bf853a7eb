using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Freshet.Tests.Log.Holds;

/// <summary>When a node looks for overdue holds: while there are any, and no longer than it lives.</summary>
public sealed class OverdueTimerTests
{
    [Fact]
    public async Task NobodyLooksWhileNothingIsHeld()
    {
        await using var app = TestApp.Start();
        var without = app.Time.TimersSet;
        for (var i = 0; i < 2; i++) // as often as there are holds
        {
            var hold = await app.HoldAsync("a");
            app.Time.TimersSet.ShouldBe(without + 1);
            await app.ReleaseAsync(hold);
            app.Time.TimersSet.ShouldBe(without + 1, "it is found out by looking");

            app.Time.Advance(OverdueHolds.Interval);

            app.Time.TimersSet.ShouldBe(without);
        }
        await app.HoldAsync("a");
        app.Time.Advance(TimeSpan.FromSeconds(30));
        app.HoldsOf().ShouldBeNull();
    }

    /// <summary>Were the next look put off by each hold, a busy node would never look.</summary>
    [Fact]
    public async Task HoldsThatKeepComingPutNoLookOff()
    {
        await using var app = TestApp.Start(builder => builder.Configure(options => options.HoldLimit = TimeSpan.FromSeconds(1)));
        var first = await app.HoldAsync("a");
        for (var i = 0; i < 4; i++)
        {
            app.Time.Advance(TimeSpan.FromMilliseconds(400));
            await app.HoldAsync("b");
        }

        app.LogOf().Stands(first.Release.Draft).ShouldBeFalse();
    }

    [Fact]
    public async Task ItsTimerCarriesNothingOfWhoeverPlacedTheFirstHold()
    {
        await using var app = TestApp.Start();
        var request = new AsyncLocal<string?> { Value = "whoever placed it" };
        await app.HoldAsync("a");
        var seen = "not told";
        app.Time.OnUtcNow = () => seen = request.Value; // read for the record that ends it

        app.Time.Advance(TimeSpan.FromSeconds(30));

        seen.ShouldBeNull();
    }

    [Fact]
    public async Task WhoWantsNothingToFlowMayPlaceAHold()
    {
        await using var app = TestApp.Start();
        Task placing;
        using (ExecutionContext.SuppressFlow()) placing = app.HoldAsync("a"); // in this process it is placed at once, on this thread
        await placing;

        app.Time.Advance(TimeSpan.FromSeconds(30));

        app.HoldsOf().ShouldBeNull();
    }

    [Fact]
    public async Task OneThatIsDisposedBeforeAHoldLooksAfterNone()
    {
        await using var app = TestApp.Start();
        Look(app).Dispose();
        var before = app.Time.TimersSet;

        await app.HoldAsync("a");
        app.Time.Advance(TimeSpan.FromSeconds(1));

        app.Time.TimersSet.ShouldBe(before);
        app.HoldsOf().ShouldNotBeNull();
    }

    [Fact]
    public async Task OneThatIsDisposedStopsLooking()
    {
        await using var app = TestApp.Start();
        var before = app.Time.TimersSet;
        var looking = Look(app);
        await app.HoldAsync("a");

        looking.Dispose();

        app.Time.TimersSet.ShouldBe(before);
    }

    /// <summary>A timer may be on its way when it is disposed.</summary>
    [Fact]
    public async Task ALookThatComesAfterItsEndFindsNothingToDo()
    {
        await using var app = TestApp.Start();
        var looking = Look(app);
        await app.HoldAsync("a");
        app.Time.OnAdvanced = _ => looking.Dispose(); // the timers that are due are known by then

        app.Time.Advance(TimeSpan.FromSeconds(1));

        app.HoldsOf().ShouldNotBeNull();
    }

    /// <summary>In the place of the application's own.</summary>
    private static OverdueHolds Look(TestApp app) => new(
        app.LogOf(), app.Services.GetRequiredService<Node>(), TimeSpan.FromSeconds(1), app.Services.GetRequiredService<ListenerFailures>(), NullLogger<OverdueHolds>.Instance);
}
