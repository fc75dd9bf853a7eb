using Microsoft.Extensions.Logging;

namespace Freshet.Tests.Writing.Outbox;

/// <summary>An action that ends, or is flushed, before its transactions do.</summary>
public sealed class UnitEndTests : UnitOfWorkTest
{
    [Fact]
    public async Task ATransactionThatTookItAlongAndIsStillOpenKeepsIt()
    {
        await using var app = Start();
        await using var job = app.Freshet.BeginJob("write, raise, write again");
        job.NoteWrite();
        app.Freshet.Raise(new ThingChanged("a"));
        var unit = Begin(job);
        var row = Commit(job, unit, Fate.RolledBack).ShouldHaveSingleItem(); // as far as the outbox knows
        unit.Fate = Fate.Open;

        (await job.FlushAsync()).ShouldBeNull();
        unit.Fate = Fate.Committed;
        Outbox.Committed.Add(row.Id, row);
        (await job.CompleteAsync()).ShouldNotBeNull();
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
        action.TakeToSave(Outbox, unit, withUnbound: true).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task AndWhatItHadSavedInItFollowsItsCommitToo()
    {
        await using var app = Start();
        var action = app.Freshet.BeginUserAction("write");
        var unit = Begin(action);
        app.Freshet.Raise(new ThingChanged("a"));
        action.TakeToSave(Outbox, unit, withUnbound: true);
        (await action.CompleteAsync()).ShouldBeNull();

        (action.IsPending, unit.Left.Count).ShouldBe((true, 0));
        app.LogLines.Lines.ShouldContain(line => line.Level == LogLevel.Warning && line.Text.Contains("ended inside a transaction that is still open"));
    }

    [Fact]
    public async Task OfTwoTransactionsOnlyOneThatIsOpenIsLeftAnything()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        var (ended, open) = (Begin(action), Begin(action));
        app.Freshet.Raise(new ThingChanged("of either"));
        ended.Fate = Fate.RolledBack;
        await action.CompleteAsync();

        (ended.Left.Count, open.Left.Count).ShouldBe((0, 1));
    }

    [Fact]
    public async Task AnActionThatHasEndedTakesPartInNoTransaction()
    {
        await using var app = Start();
        var action = app.Freshet.BeginWebhook("provider");
        action.Claim = new DeliveryClaim("payments", "evt_1");
        await action.CompleteAsync();

        var unit = Begin(action);

        unit.Joined.ShouldBeEmpty();
        action.HasToSave.ShouldBeFalse();
        action.TakeToSave(Outbox, unit, withUnbound: true).IsEmpty.ShouldBeTrue();
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
}
