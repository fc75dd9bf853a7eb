using Freshet.Tests.Writing.Outbox;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Writing;

/// <summary>R8: what an action holds before its commit, and how its end ends it.</summary>
public sealed class HoldingTests
{
    private readonly TestOutbox _outbox = new();

    [Fact]
    public async Task WhatIsHeldIsNotHeldTwice()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("a"));
        await app.Freshet.HoldAsync();
        await app.Freshet.HoldAsync();
        app.Freshet.Log.Position.Position.ShouldBe(1);

        app.Freshet.Raise(new ThingChanged("b"));
        await app.Freshet.HoldAsync();
        app.Freshet.Log.Position.Position.ShouldBe(2, "what was raised since");
    }

    [Fact]
    public async Task AnActionThatHasEndedHoldsNothing()
    {
        await using var app = Start();
        var action = app.Freshet.BeginUserAction("write");
        await action.CompleteAsync();

        (await Should.ThrowAsync<TriggerException>(async () => await action.HoldAsync())).Message.ShouldContain("Hold");
    }

    [Fact]
    public async Task ARollbackReleasesIt()
    {
        await using var app = Start();
        await using (var action = app.Freshet.BeginUserAction("write"))
        {
            app.Freshet.Raise(new ThingChanged("a"));
            await app.Freshet.HoldAsync();
            _outbox.Save(action, commit: false);
            (await action.CompleteAsync()).ShouldBeNull();
            action.Records.ShouldBeEmpty("what ends a hold is nothing that anybody waits for");
        }

        app.HoldsOf().ShouldBeNull();
        app.LogOf().Holds[HoldOutcome.Released].ShouldBe(1);
    }

    [Fact]
    public async Task ItsRecordEndsItOnce()
    {
        await using var app = Start();
        await using (var action = app.Freshet.BeginUserAction("write"))
        {
            app.Freshet.Raise(new ThingChanged("a"));
            await app.Freshet.HoldAsync();
            _outbox.Save(action, commit: true);
            await action.CompleteAsync();
        }

        app.HoldsOf().ShouldBeNull();
        Outcomes(app).ShouldBe([HoldOutcome.Resolved]);
    }

    [Fact]
    public async Task AFlushLeavesTheHoldOfATransactionThatIsOpen()
    {
        await using var app = Start();
        await using (var job = app.Freshet.BeginJob("import"))
        {
            app.Freshet.Raise(new ThingChanged("a"));
            await app.Freshet.HoldAsync();
            var row = _outbox.Save(job, commit: false).Single();
            await job.FlushAsync();
            Outcomes(app).ShouldBeEmpty();
            _outbox.Committed.Add(row.Id, row);
            await job.CompleteAsync();
        }

        Outcomes(app).ShouldBe([HoldOutcome.Resolved]);
    }

    [Fact]
    public async Task OneThatWasGivenUpIsPlacedAgainForTheNextAttempt()
    {
        await using var app = Start();
        await using (var action = app.Freshet.BeginUserAction("retries"))
        {
            app.Freshet.Raise(new ThingChanged("a"));
            await app.Freshet.HoldAsync();
            app.Time.Advance(TimeSpan.FromSeconds(30));
            app.HoldsOf().ShouldBeNull();
            await app.Freshet.HoldAsync();
            app.HoldsOf().ShouldNotBeNull();
            _outbox.Save(action, commit: true);
            await action.CompleteAsync();
        }

        app.HoldsOf().ShouldBeNull();
        Outcomes(app).ShouldBe([HoldOutcome.Resolved, HoldOutcome.Released]);
        app.Services.GetRequiredService<Node>().OpenHolds.Count.ShouldBe(0);
    }

    [Fact]
    public async Task WhatNoHighQueryCarriesIsNotHeld()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.RevalidatePath("/", PathScope.Page);

        (await app.Freshet.HoldAsync()).ShouldBeTrue();

        app.Freshet.Log.Position.Position.ShouldBe(0);
    }

    /// <summary>Its row, if it was committed, ends the hold from the relay's hand. This node no longer counts it as its own.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatADatabaseCannotBeAskedForIsLeftToOthers(bool isFlush)
    {
        await using var app = Start();
        await using (var action = app.Freshet.BeginUserAction("write"))
        {
            app.Freshet.Raise(new ThingChanged("a"));
            await app.Freshet.HoldAsync();
            _outbox.Save(action, commit: true);
            _outbox.Failure = new TimeoutException();
            if (isFlush) await action.FlushAsync(); // the end has nothing more to append
            await action.CompleteAsync();
        }

        app.HoldsOf().ShouldNotBeNull();
        app.LogOf().Holds[HoldOutcome.Left].ShouldBe(1);
        app.Services.GetRequiredService<Node>().OpenHolds.Count.ShouldBe(0);
    }

    /// <summary>A hold that was given up before its write was, or before nobody could tell, has cost nobody anything.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatHasNoRecordIsNeverLate(bool isAway)
    {
        await using var app = Start();
        await using (var action = app.Freshet.BeginUserAction("write"))
        {
            app.Freshet.Raise(new ThingChanged("a"));
            await app.Freshet.HoldAsync();
            app.Time.Advance(TimeSpan.FromSeconds(30));
            app.HoldsOf().ShouldBeNull();
            _outbox.Save(action, commit: false);
            if (isAway) _outbox.Failure = new TimeoutException();
            await action.CompleteAsync();
        }

        (app.LogOf().Holds[isAway ? HoldOutcome.Left : HoldOutcome.Released], app.LogOf().Holds[HoldOutcome.Late]).ShouldBe((1, 0));
    }

    private static IEnumerable<HoldOutcome> Outcomes(TestApp app) => Enum.GetValues<HoldOutcome>().Where(outcome => app.LogOf().Holds[outcome] > 0);

    private TestApp Start() => TestApp.Start(freshet => freshet.Services.AddSingleton<IOutbox>(_outbox));
}
