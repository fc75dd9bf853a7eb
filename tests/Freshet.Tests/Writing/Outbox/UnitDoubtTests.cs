namespace Freshet.Tests.Writing.Outbox;

/// <summary>What may belong to a write that was committed is never dropped, and what cannot is.</summary>
public sealed class UnitDoubtTests : UnitOfWorkTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatWasRaisedAfterACommittedWriteIsNotDroppedWithALaterTransactionThatTookItAlong(bool isOutsideOfAny)
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write, raise, write again");
        if (isOutsideOfAny) action.NoteWrite();
        else Commit(action, Begin(action));
        app.Freshet.Raise(new ThingChanged("of the first write"));
        var second = Begin(action);
        app.Freshet.Raise(new ThingChanged("of the second"));
        action.TakeToSave(Outbox, second, withUnbound: true).Drafts.Count.ShouldBe(2);
        second.Fate = Fate.RolledBack;

        await action.CompleteAsync();
        Tags(action).ShouldBe(["thing:of the first write"]);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "uncertain")]
    public async Task AndIsCertainUnlessTheActionFails(bool completes, string? cause)
    {
        await using var app = Start();
        var action = app.Freshet.BeginUserAction("write, raise, write again");
        action.NoteWrite();
        app.Freshet.Raise(new ThingChanged("of the first write"));
        Commit(action, Begin(action), Fate.RolledBack);
        if (completes) await action.CompleteAsync();
        await action.DisposeAsync();

        action.Records.ShouldHaveSingleItem().Cause.ShouldBe(cause);
    }

    [Fact]
    public async Task WhatWasRaisedBeforeAnyWriteIsDroppedWithTheTransactionThatTookItAlong()
    {
        await using var app = Start();
        var action = app.Freshet.BeginUserAction("raise, write");
        app.Freshet.Raise(new ThingChanged("a"));
        var unit = Begin(action);
        action.TakeToSave(Outbox, unit, withUnbound: true);
        unit.Fate = Fate.RolledBack;
        await action.DisposeAsync();

        action.Records.ShouldBeEmpty();
    }

    [Fact]
    public async Task WhatCannotBeToldApartIsDroppedOnlyIfNoneOfItsTransactionsWasCommitted()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        var (first, second) = (Begin(action), Begin(action));
        app.Freshet.Raise(new ThingChanged("either"));
        Commit(action, first, Fate.RolledBack);
        Commit(action, second).ShouldHaveSingleItem();

        await action.CompleteAsync();
        action.Records.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task WhatWasRaisedBesideAnotherTransactionIsDroppedOnlyIfThatWasNotCommitted(bool otherIsFirst, bool otherCommits)
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("two flows");
        var (own, other) = (new TestUnit(), new TestUnit { Gathers = false });
        action.Enter(otherIsFirst ? other : own);
        if (!otherIsFirst) app.Freshet.Raise(new ThingChanged("of the other flow, perhaps"));
        action.Enter(otherIsFirst ? own : other);
        if (otherIsFirst) app.Freshet.Raise(new ThingChanged("of the other flow, perhaps"));
        (other.Fate, own.Fate) = (otherCommits ? Fate.Committed : Fate.RolledBack, Fate.RolledBack);

        ((await action.CompleteAsync()) is not null).ShouldBe(otherCommits);
    }

    [Fact]
    public async Task TransactionsThatWereOverByThenSayNothing()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("two flows, and then one");
        var (first, second) = (Begin(action), Begin(action));
        (first.Fate, second.Fate) = (Fate.Committed, Fate.RolledBack);
        var third = Begin(action);
        app.Freshet.Raise(new ThingChanged("of the third"));
        third.Fate = Fate.RolledBack;

        (await action.CompleteAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task ATransactionThatEndedBeforeAnotherBeganSaysNothingOfWhatIsRaisedInThat()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("two writes");
        Begin(action).Fate = Fate.Committed;
        var second = Begin(action);
        app.Freshet.Raise(new ThingChanged("of the second"));
        second.Fate = Fate.RolledBack;

        (await action.CompleteAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task WhatMayBeOfATransactionWhoseEndNobodySawIsNotDropped()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("two flows");
        var (first, second) = (Begin(action), Begin(action));
        app.Freshet.Raise(new ThingChanged("of either"));
        (first.Fate, second.Fate) = (Fate.RolledBack, Fate.Unknown);

        (await action.CompleteAsync()).ShouldNotBeNull();
    }
}
