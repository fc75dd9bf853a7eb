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

    [Fact]
    public async Task WhatWasRaisedBesideAnotherTransactionThatWasCommittedIsNotDropped()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("two flows");
        var first = Begin(action);
        app.Freshet.Raise(new ThingChanged("of the other flow, perhaps"));
        var other = new TestUnit { Gathers = false, Fate = Fate.Open };
        action.Enter(other);
        other.Fate = Fate.Committed;
        first.Fate = Fate.RolledBack;

        (await action.CompleteAsync()).ShouldNotBeNull();
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
