namespace Freshet.Tests.Writing.Outbox;

/// <summary>A savepoint takes back what its transaction has not saved.</summary>
public sealed class UnitSavepointTests : UnitOfWorkTest
{
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
    public async Task AndNobodySavesItByHandEither()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        var unit = Begin(action);
        app.Freshet.Raise(new ThingChanged("after"));
        action.UndoUnsaved(unit);

        action.TakeToSave(Outbox).Drafts.ShouldBeEmpty();
        await action.CompleteAsync();
        action.Records.ShouldBeEmpty();
    }

    [Fact]
    public async Task ASavepointTakesBackWhatIsOfItsTransactionAlone()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        var first = Begin(action);
        first.Fate = Fate.Unknown; // so that what is raised now is of the second alone
        var second = Begin(action);
        app.Freshet.Raise(new ThingChanged("of the second"));
        first.Fate = Fate.Open;
        app.Freshet.Raise(new ThingChanged("of either"));
        action.UndoUnsaved(first);

        Ids(action.TakeToSave(Outbox, second, withUnbound: true)).ShouldBe(["thing:of the second", "thing:of either"]);
        await action.CompleteAsync();
    }

    [Fact]
    public async Task ATransactionThatTwoActionsAroundACallAreInIsOneOfThem()
    {
        await using var app = Start();
        await using var outer = app.Freshet.BeginJob("import");
        var unit = Begin(outer);
        await using var inner = app.Freshet.BeginJob("one row");
        inner.Enter(unit);
        app.Freshet.Raise(new ThingChanged("after the savepoint"));
        inner.UndoUnsaved(unit);

        inner.TakeToSave(Outbox, unit, withUnbound: true).IsEmpty.ShouldBeTrue();
        await inner.CompleteAsync();
    }
}
