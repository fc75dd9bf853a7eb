namespace Freshet.Tests.Writing.Outbox;

/// <summary>What is raised within a transaction shares its fate; what is raised outside goes into the next.</summary>
public sealed class UnitOfWorkTests : UnitOfWorkTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatWasRaisedInATransactionThatWasRolledBackAndNeverSavedIsDropped(bool completes)
    {
        await using var app = Start();
        var action = app.Freshet.BeginUserAction("write");
        var unit = Begin(action);
        app.Freshet.Raise(new ThingChanged("a"));
        unit.Fate = Fate.RolledBack;
        if (completes) await action.CompleteAsync();
        await action.DisposeAsync();

        (action.Records.Count, action.IsPending).ShouldBe((0, false));
    }

    [Fact]
    public async Task WhatWasRaisedInACommittedTransactionIsCertainThoughTheActionFails()
    {
        await using var app = Start();
        var action = app.Freshet.BeginUserAction("write");
        var unit = Begin(action);
        app.Freshet.Raise(new ThingChanged("a"));
        unit.Fate = Fate.Committed;
        await action.DisposeAsync();

        action.Records.ShouldHaveSingleItem().Cause.ShouldBeNull();
    }

    [Fact]
    public async Task WhatWasRaisedWhereNobodySawTheEndIsUncertainWhenTheActionFails()
    {
        await using var app = Start();
        var action = app.Freshet.BeginUserAction("write");
        var unit = Begin(action);
        app.Freshet.Raise(new ThingChanged("a"));
        unit.Fate = Fate.Unknown;
        await action.DisposeAsync();

        action.Records.ShouldHaveSingleItem().Cause.ShouldBe("uncertain");
    }

    [Fact]
    public async Task ATransactionTakesWhatWasRaisedInItAndOutsideOfAnyButNotWhatIsAnothers()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("outside"));
        var first = Begin(action);
        app.Freshet.Raise(new ThingChanged("first"));
        var second = new TestUnit { Gathers = false };
        action.Enter(second);

        Ids(action.TakeToSave(Outbox, second, withUnbound: false)).ShouldBeEmpty();
        Ids(action.TakeToSave(Outbox, second, withUnbound: true)).ShouldBe(["thing:outside"]);
        Ids(action.TakeToSave(Outbox, first, withUnbound: true)).ShouldBe(["thing:first"]);
    }

    [Fact]
    public async Task AnEventRaisedWhileASingleSaveIsRunningIsNotBoundToIt()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        var save = new TestUnit { Gathers = false };
        action.Enter(save);
        app.Freshet.Raise(new ThingChanged("a"));
        save.Fate = Fate.RolledBack;

        (await action.CompleteAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task EnteringATransactionAgainChangesNothing()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        var unit = Begin(action);
        action.Enter(unit);

        unit.Joined.ShouldBe([action]);
    }

    [Fact]
    public async Task ATransactionOfAnotherApplicationAroundThisOneIsNotItsOwn()
    {
        await using var app = Start();
        await using var other = Start();
        await using var outer = other.Freshet.BeginJob("elsewhere");
        var unit = Begin(outer);
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("a"));
        unit.Fate = Fate.RolledBack;

        (await action.CompleteAsync()).ShouldNotBeNull();
    }

    [Fact]
    public async Task WhatAnInnerActionRaisesSharesTheFateOfTheOuterActionsTransaction()
    {
        await using var app = Start();
        await using var outer = app.Freshet.BeginJob("import");
        var unit = Begin(outer);
        await using var inner = app.Freshet.BeginJob("one row");
        app.Freshet.Raise(new ThingChanged("a"));
        unit.Joined.ShouldBe([outer, inner]);
        unit.Fate = Fate.RolledBack;

        (await inner.CompleteAsync()).ShouldBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheTransactionAroundACallCountsAsOneOfTheAction(bool isEvent)
    {
        var surrounding = new TestUnit();
        await using var app = Start(surrounding);
        await using var action = app.Freshet.BeginUserAction("write");
        if (isEvent) app.Freshet.Raise(new ThingChanged("a"));
        else app.Freshet.UpdateTag(Things.Thing.For("a"));
        surrounding.Fate = Fate.RolledBack;

        (await action.CompleteAsync()).ShouldBeNull();
    }
}
