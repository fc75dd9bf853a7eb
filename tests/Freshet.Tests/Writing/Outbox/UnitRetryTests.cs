namespace Freshet.Tests.Writing.Outbox;

/// <summary>What is raised outside of a transaction, and a claim, goes into the next one, and again when that fails.</summary>
public sealed class UnitRetryTests : UnitOfWorkTest
{
    [Fact]
    public async Task WhatWasRaisedOutsideIsSavedAgainUnderItsIdOnceTheFirstTransactionWasRolledBack()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("retries");
        app.Freshet.Raise(new ThingChanged("a"));
        var first = Begin(action);
        var lost = action.TakeToSave(Outbox, first, withUnbound: true).Drafts.Single();
        action.HasToSave.ShouldBeFalse("while the first transaction is open");
        first.Fate = Fate.RolledBack;
        action.HasToSave.ShouldBeTrue();
        var second = Begin(action);
        Commit(action, second).ShouldHaveSingleItem().Id.ShouldBe(lost.Id);

        await action.CompleteAsync();
        action.Records.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task WhatWasRaisedInsideIsNotSavedAgainByTheNextTransaction()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("retries");
        var first = Begin(action);
        app.Freshet.Raise(new ThingChanged("a"));
        action.TakeToSave(Outbox, first, withUnbound: true);
        first.Fate = Fate.RolledBack;
        var second = Begin(action);
        app.Freshet.Raise(new ThingChanged("a"));
        Commit(action, second).ShouldHaveSingleItem();

        await action.CompleteAsync();
        action.Records.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task AfterACommitWithoutAnAnswerItIsSavedAgainUnderAnIdOfItsOwn()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("retries");
        app.Freshet.Raise(new ThingChanged("a"));
        var first = Begin(action);
        var doubtful = Commit(action, first, Fate.Unknown).ShouldHaveSingleItem();
        var second = Begin(action);
        var certain = Commit(action, second).ShouldHaveSingleItem();

        // Both were committed: two writes, two records, the second after the second write.
        certain.Id.ShouldNotBe(doubtful.Id);
        await action.CompleteAsync();
        action.Records.Select(record => record.Id).ShouldBe([doubtful.Id, certain.Id]);
    }

    [Fact]
    public async Task AfterACommitThatNeverHappenedOnlyTheSecondIsSent()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("retries");
        app.Freshet.Raise(new ThingChanged("a"));
        var first = Begin(action);
        action.TakeToSave(Outbox, first, withUnbound: true);
        first.Fate = Fate.Unknown;
        var certain = Commit(action, Begin(action)).ShouldHaveSingleItem();

        await action.CompleteAsync();
        action.Records.ShouldHaveSingleItem().Id.ShouldBe(certain.Id);
    }

    [Fact]
    public async Task ATransactionTakesNothingTwiceThoughNobodySeesThatItIsOpen()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginWebhook("provider");
        action.Claim = new DeliveryClaim("payments", "evt_1");
        app.Freshet.Raise(new ThingChanged("outside"));
        var unit = Begin(action);
        unit.Fate = Fate.RolledBack; // as one looks that its connection has not taken up yet
        action.TakeToSave(Outbox, unit, withUnbound: true).ShouldSatisfyAllConditions(
            taken => taken.Drafts.Count.ShouldBe(1), taken => taken.Claim.ShouldNotBeNull());

        action.TakeToSave(Outbox, unit, withUnbound: true).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task AClaimIsGivenOnceToATransactionAndAgainOnceThatFailed()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginWebhook("provider");
        action.Claim = new DeliveryClaim("payments", "evt_1");
        action.HasToSave.ShouldBeTrue();
        var first = Begin(action);
        action.TakeToSave(Outbox, first, withUnbound: false).Claim.ShouldBeNull("it is for the one who writes");
        action.IsClaimSaved.ShouldBeFalse();
        var claim = action.TakeToSave(Outbox, first, withUnbound: true).Claim.ShouldNotBeNull();
        action.IsClaimSaved.ShouldBeTrue();
        action.TakeToSave(Outbox, first, withUnbound: true).Claim.ShouldBeNull();
        action.TakeToSave(Outbox, Begin(action), withUnbound: true).Claim.ShouldBeNull("it would wait for the first to end");
        first.Fate = Fate.RolledBack;
        var second = Begin(action);
        action.TakeToSave(Outbox, second, withUnbound: true).Claim!.Id.ShouldBe(claim.Id);

        second.Fate = Fate.Unknown;
        action.TakeToSave(Outbox, Begin(action), withUnbound: true).Claim!.Id.ShouldNotBe(claim.Id, "if the second was committed, the work is done");
        await action.CompleteAsync();
    }

    [Fact]
    public async Task WhatCouldNotBeWrittenIsOfferedAgainWithItsClaim()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginWebhook("provider");
        action.Claim = new DeliveryClaim("payments", "evt_1");
        app.Freshet.Raise(new ThingChanged("a"));
        var unit = Begin(action);
        var taken = action.TakeToSave(Outbox, unit, withUnbound: true);
        action.Unsave(taken);

        action.TakeToSave(Outbox, unit, withUnbound: true).ShouldSatisfyAllConditions(
            again => again.Drafts.Single().Id.ShouldBe(taken.Drafts.Single().Id), again => again.Claim.ShouldBe(taken.Claim));
        await action.CompleteAsync();
    }
}
