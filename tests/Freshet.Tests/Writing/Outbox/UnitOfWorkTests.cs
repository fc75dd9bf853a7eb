using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Freshet.Tests.Writing.Outbox;

/// <summary>What is raised within a transaction shares its fate; what is raised outside goes into the next, and again when that fails.</summary>
public sealed class UnitOfWorkTests
{
    private readonly TestOutbox _outbox = new();

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

        Ids(action.TakeToSave(_outbox, second, withUnbound: false)).ShouldBeEmpty();
        Ids(action.TakeToSave(_outbox, second, withUnbound: true)).ShouldBe(["thing:outside"]);
        Ids(action.TakeToSave(_outbox, first, withUnbound: true)).ShouldBe(["thing:first"]);
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
    public async Task WhatWasRaisedOutsideIsSavedAgainUnderItsIdOnceTheFirstTransactionWasRolledBack()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("retries");
        app.Freshet.Raise(new ThingChanged("a"));
        var first = Begin(action);
        var lost = action.TakeToSave(_outbox, first, withUnbound: true).Drafts.Single();
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
        action.TakeToSave(_outbox, first, withUnbound: true);
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
        action.TakeToSave(_outbox, first, withUnbound: true);
        first.Fate = Fate.Unknown;
        var certain = Commit(action, Begin(action)).ShouldHaveSingleItem();

        await action.CompleteAsync();
        action.Records.ShouldHaveSingleItem().Id.ShouldBe(certain.Id);
    }

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
        action.TakeToSave(_outbox, second, withUnbound: true).Drafts.Count.ShouldBe(2);
        second.Fate = Fate.RolledBack;

        await action.CompleteAsync();
        Tags(action).ShouldBe(["thing:of the first write"]);
    }

    [Fact]
    public async Task WhatWasRaisedBeforeAnyWriteIsDroppedWithTheTransactionThatTookItAlong()
    {
        await using var app = Start();
        var action = app.Freshet.BeginUserAction("raise, write");
        app.Freshet.Raise(new ThingChanged("a"));
        var unit = Begin(action);
        action.TakeToSave(_outbox, unit, withUnbound: true);
        unit.Fate = Fate.RolledBack;
        await action.DisposeAsync();

        action.Records.ShouldBeEmpty();
    }

    [Fact]
    public async Task ASavepointTakesBackWhatWasNotSavedBeforeIt()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        var unit = Begin(action);
        app.Freshet.Raise(new ThingChanged("before"));
        Commit(action, unit, Fate.Open);
        app.Freshet.Raise(new ThingChanged("after"));
        action.UndoUnsaved(unit);
        app.Freshet.Raise(new ThingChanged("later"));
        Commit(action, unit);

        await action.CompleteAsync();
        Tags(action).ShouldBe(["thing:before", "thing:later"]);
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
    public async Task ATransactionThatIsOpenLongerThanItsActionIsLeftWhatItRaised()
    {
        await using var app = Start();
        var action = app.Freshet.BeginUserAction("write", "clerk");
        var unit = Begin(action);
        app.Freshet.Raise(new ThingChanged("a"));
        (await action.CompleteAsync()).ShouldBeNull();

        var left = unit.Left.ShouldHaveSingleItem();
        (left.IsDurable, left.By!.Action, left.By.Actor).ShouldBe((true, "write", "clerk"));
        (action.IsPending, app.Freshet.Log.Position.Position).ShouldBe((true, 0));
        app.LogLines.Lines.ShouldContain(line => line.Level == LogLevel.Warning && line.Text.Contains("ended inside a transaction that is still open"));
        action.TakeToSave(_outbox, unit, withUnbound: true).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task ATransactionThatTakesNothingMoreLeavesItToTheAction()
    {
        await using var app = Start();
        var action = app.Freshet.BeginUserAction("write");
        var unit = Begin(action);
        app.Freshet.Raise(new ThingChanged("a"));
        unit.Takes = false;
        (await action.CompleteAsync()).ShouldNotBeNull("its commit is under way");
    }

    [Fact]
    public async Task AFlushKeepsWhatIsRaisedInAnOpenTransaction()
    {
        await using var app = Start();
        await using var job = app.Freshet.BeginJob("import");
        var unit = Begin(job);
        app.Freshet.Raise(new ThingChanged("a"));
        (await job.FlushAsync()).ShouldBeNull();
        Commit(job, unit);
        (await job.CompleteAsync())!.Value.Position.ShouldBe(1);
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

    [Fact]
    public async Task TheTransactionAroundACallCountsAsOneOfTheAction()
    {
        var surrounding = new TestUnit();
        await using var app = Start(surrounding);
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.UpdateTag(Things.Thing.For("a"));
        surrounding.Fate = Fate.RolledBack;

        (await action.CompleteAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task AClaimIsGivenOnceToATransactionAndAgainOnceThatFailed()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginWebhook("provider");
        action.Claim = new DeliveryClaim("payments", "evt_1");
        action.HasToSave.ShouldBeTrue();
        var first = Begin(action);
        var claim = action.TakeToSave(_outbox, first, withUnbound: true).Claim.ShouldNotBeNull();
        action.TakeToSave(_outbox, first, withUnbound: true).Claim.ShouldBeNull();
        action.TakeToSave(_outbox, Begin(action), withUnbound: true).Claim.ShouldBeNull("it would wait for the first to end");
        first.Fate = Fate.RolledBack;
        var second = Begin(action);
        action.TakeToSave(_outbox, second, withUnbound: true).Claim!.Id.ShouldBe(claim.Id);

        second.Fate = Fate.Unknown;
        action.TakeToSave(_outbox, Begin(action), withUnbound: true).Claim!.Id.ShouldNotBe(claim.Id, "if the second was committed, the work is done");
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
        var taken = action.TakeToSave(_outbox, unit, withUnbound: true);
        action.Unsave(taken);

        action.TakeToSave(_outbox, unit, withUnbound: true).ShouldSatisfyAllConditions(
            again => again.Drafts.Single().Id.ShouldBe(taken.Drafts.Single().Id), again => again.Claim.ShouldBe(taken.Claim));
        await action.CompleteAsync();
    }

    private static TestUnit Begin(FreshetAction action)
    {
        var unit = new TestUnit();
        action.Enter(unit);
        return unit;
    }

    private IReadOnlyList<RecordDraft> Commit(FreshetAction action, TestUnit unit, Fate fate = Fate.Committed)
    {
        var drafts = action.TakeToSave(_outbox, unit, withUnbound: true).Drafts;
        foreach (var draft in drafts.Where(_ => fate != Fate.RolledBack)) _outbox.Committed.Add(draft.Id, draft);
        unit.Fate = fate;
        return drafts;
    }

    private static IEnumerable<string> Ids(ToSave toSave) => toSave.Drafts.Select(draft => draft.Invalidations.Single().Tag.ToString());

    private static IEnumerable<string> Tags(FreshetAction action) => action.Records.Select(record => record.Invalidations.Single().Tag.ToString());

    private TestApp Start(TestUnit? surrounding = null) => TestApp.Start(freshet =>
    {
        freshet.Services.AddSingleton<IOutbox>(_outbox);
        if (surrounding is not null) freshet.Services.AddSingleton<IUnitOfWorkSource>(new Surroundings(surrounding));
    });

    private sealed record Surroundings(IUnitOfWork? Surrounding) : IUnitOfWorkSource;

    private sealed class TestUnit : IUnitOfWork
    {
        public Fate Fate { get; set; }

        public bool Gathers { get; init; } = true;

        public bool Takes { get; set; } = true;

        public List<FreshetAction> Joined { get; } = [];

        public List<RecordDraft> Left { get; } = [];

        public void Join(FreshetAction action) => Joined.Add(action);

        public bool TryLeave(RecordDraft draft)
        {
            if (Takes) Left.Add(draft);
            return Takes;
        }
    }
}
