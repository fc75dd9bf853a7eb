using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Log.Shared;

/// <summary>R8 over nodes: a hold is known everywhere before its write is committed, and ended once, by whoever knows.</summary>
public sealed class HoldTests
{
    private static readonly Writer _writer = new(TriggerKind.Job, "write", null, null);

    [Fact]
    public async Task NoNodeServesWhatACommitReplacedBeforeItsAppend()
    {
        await using var nodes = new Nodes();
        var (a, b, c) = (nodes.Start("a"), nodes.Start("b"), nodes.Start("c"));
        nodes.Source["1"] = new Value(1);
        foreach (var member in (Member[])[a, b, c]) (await member.ReadAsync(Things.High, "1")).ShouldBe(1);
        await using var action = a.Freshet.BeginUserAction("write");
        a.Freshet.Raise(new ThingChanged("1"));
        (await a.Freshet.HoldAsync()).ShouldBeTrue();

        nodes.Source["1"] = new Value(2); // the commit

        foreach (var member in (Member[])[a, b, c]) (await Elsewhere.DoAsync(() => member.ReadAsync(Things.High, "1"))).ShouldBe(2);
        await action.CompleteAsync();
        foreach (var member in (Member[])[a, b, c]) member.App.HoldsOf().ShouldBeNull();
        nodes.Server.Holds.ShouldBeEmpty();
        nodes.Server.Records.Select(record => record.Call).ShouldBe(["Hold", "Raise"]);
        action.Records.ShouldHaveSingleItem().Call.ShouldBe("Raise");
    }

    /// <summary>A hold completes like an append (R7): a node that has not applied it would serve what is committed over.</summary>
    [Fact]
    public async Task AHoldIsPlacedOnceEveryNodeThatHoldsALeaseHasAppliedIt()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.High, "1");
        b.Link.HoldsBells = true;

        var placing = Task.Run(() => a.App.HoldAsync("1"));
        await Nodes.UntilAsync(() => nodes.Server.Head.Position == 1);
        placing.IsCompleted.ShouldBeFalse();
        b.Link.ReleaseBells();

        await placing;
        nodes.Source["1"] = new Value(2);
        (await b.ReadAsync(Things.High, "1")).ShouldBe(2);
    }

    [Fact]
    public async Task WhatConcernsNoHighQueryIsNotHeld()
    {
        await using var nodes = new Nodes();
        var a = nodes.Start<Others>("a");
        await using var action = a.Freshet.BeginUserAction("write");
        a.Freshet.Raise(new OwnerChanged("1"));
        await a.Freshet.HoldAsync();
        nodes.Server.Records.ShouldHaveSingleItem().Holds.ShouldNotBeNull().Tags.ShouldBe([Others.Other.For("1")]);

        var low = nodes.Start<Lows>("low");
        await using var other = low.Freshet.BeginUserAction("write");
        low.Freshet.Raise(new ThingChanged("1"));
        (await low.Freshet.HoldAsync()).ShouldBeTrue();
        nodes.Server.Head.Position.ShouldBe(1);
    }

    /// <summary>A node that starts, or has to start over, while a hold stands.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ANodeThatBeginsAtTheHeadLearnsWhatStands(bool trimmed)
    {
        await using var nodes = new Nodes();
        var a = nodes.Start("a");
        var b = trimmed ? nodes.Start("b") : null;
        if (b is not null)
        {
            b.Link.DropsBells = true;
            nodes.Server.Remove(nodes.Server.Leases); // as if its lease had run out: nobody waits for it
        }
        nodes.Source["1"] = new Value(1);
        var hold = await a.App.HoldAsync("1");
        if (trimmed) nodes.Server.Trim(1);
        b ??= nodes.Start("b");
        await b.CatchUpAsync();

        await b.ReadAsync(Things.High, "1");
        nodes.Source["1"] = new Value(2);
        (await b.ReadAsync(Things.High, "1")).ShouldBe(2);

        b.Link.DropsBells = false;
        await a.App.ResolveAsync(hold);
        await Nodes.UntilAsync(() => b.App.HoldsOf() is null);
    }

    /// <summary>The log comes back empty. While it is young every high query asks its source, and by then the hold is placed again.</summary>
    [Fact]
    public async Task AHoldOutlivesTheLogItWasPlacedIn()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.High, "1");
        await using var action = a.Freshet.BeginUserAction("write");
        a.Freshet.Raise(new ThingChanged("1"));
        await a.Freshet.HoldAsync();
        nodes.Server.RestartEmpty();

        await b.CatchUpAsync(); // it meets the new log first
        (await b.ReadAsync(Things.High, "1")).ShouldBe(1);
        nodes.Source["1"] = new Value(2); // the commit
        (await b.ReadAsync(Things.High, "1")).ShouldBe(2, "what it has just read is not served again");

        await a.PassIntervalAsync();
        await a.HoldsPlacedAgainAsync();
        nodes.Server.Holds.Count.ShouldBe(1);
        nodes.Server.IsMature = true;
        await b.CatchUpAsync();
        b.App.HoldsOf().ShouldNotBeNull().CoverEverything.ShouldBeFalse();
        nodes.Source["1"] = new Value(3);
        (await b.ReadAsync(Things.High, "1")).ShouldBe(3);

        await action.CompleteAsync();
        a.Log.Holds[HoldOutcome.Resolved].ShouldBe(1);
        await Nodes.UntilAsync(() => b.App.HoldsOf() is null);
        (await b.ReadAsync(Things.High, "1")).ShouldBe(3);
        (await b.AnswerAsync(Things.High, "1")).Source.ShouldBe(AnswerSource.Cache);
    }

    /// <summary>It could not be placed again before others trusted the new log: that is counted, and told.</summary>
    [Fact]
    public async Task AHoldThatTheNewLogGotTooLateIsCounted()
    {
        await using var nodes = new Nodes();
        var a = nodes.Start("a");
        await using var action = a.Freshet.BeginUserAction("write");
        a.Freshet.Raise(new ThingChanged("1"));
        await a.Freshet.HoldAsync();
        nodes.Server.RestartEmpty();
        nodes.Server.IsMature = true;
        await a.PassIntervalAsync();
        await a.HoldsPlacedAgainAsync();

        await action.CompleteAsync();

        a.Log.Holds[HoldOutcome.Late].ShouldBe(1);
    }

    [Fact]
    public async Task AHoldThatTheLogDoesNotTakeIsToldAndCounted()
    {
        await using var nodes = new Nodes();
        var a = nodes.Start("a");
        await a.CutAsync();
        await using var action = a.Freshet.BeginUserAction("write");
        a.Freshet.Raise(new ThingChanged("1"));

        (await a.Freshet.HoldAsync()).ShouldBeFalse();

        a.Log.Holds[HoldOutcome.NotPlaced].ShouldBe(1);
        a.Log.Pending.Count.ShouldBe(0, "a hold that comes later is of no use");
        a.App.LogLines.Lines.ShouldContain(line => line.Text.Contains("could not take 1 holds of action write"));
        a.Link.Heal();
    }

    /// <summary>A request that was held up on its way, and comes when everything is over.</summary>
    [Fact]
    public async Task AHoldThatComesAfterWhatItAnnouncedIsNotPlaced()
    {
        await using var nodes = new Nodes();
        var a = nodes.Start("a");
        var gate = a.Link.HoldRequest(LogCall.Append);
        var announced = RecordId.Next();
        var placing = a.Log.PlaceAsync(_writer, [Held.DraftOf(announced, Things.Thing.For("1"))]).AsTask();
        await gate.Reached;
        await a.Log.AppendAsync(new Writer(TriggerKind.Job, "relay", null, null), [new RecordDraft(announced, "Raise", null, null, [])]);
        gate.Open();

        (await placing.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeEmpty();
        nodes.Server.Holds.ShouldBeEmpty();
        nodes.Server.Head.Position.ShouldBe(1);
        a.Log.Holds[HoldOutcome.NotPlaced].ShouldBe(0);
    }

    /// <summary>Somebody else ends it between the log's taking it and its reply: its tags are free, and who placed it must know.</summary>
    [Fact]
    public async Task AHoldThatEndsWhileItIsBeingPlacedIsNotPlaced()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        var gate = a.Link.HoldReply(LogCall.Append);
        var placing = a.Log.PlaceAsync(_writer, [Held.DraftOf(RecordId.Next(), Things.Thing.For("1"))]).AsTask();
        await gate.Reached;
        var hold = nodes.Server.Holds.Single();
        await b.Log.AppendAsync(_writer, [new RecordDraft(RecordId.Next(), FreshnessLog.ReleaseCall, null, null, []) { Releases = [new Release(hold.Id, hold.Holds!.Draft)] }]);
        await a.CatchUpAsync();
        gate.Open();

        (await placing.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeNull();
        a.Log.Holds[HoldOutcome.NotPlaced].ShouldBe(1);
    }

    /// <summary>The log is lost between its taking it and its reply. Nobody counts on the hold, so nobody places it again: no action would end it.</summary>
    [Fact]
    public async Task AHoldWhoseLogIsLostWhileItIsBeingPlacedIsForgotten()
    {
        await using var nodes = new Nodes();
        var a = nodes.Start("a");
        var gate = a.Link.HoldReply(LogCall.Append);
        var placing = a.Log.PlaceAsync(_writer, [Held.DraftOf(RecordId.Next(), Things.Thing.For("1"))]).AsTask();
        await gate.Reached;
        nodes.Server.RestartEmpty();
        nodes.Server.IsMature = true;
        await a.CatchUpAsync();
        gate.Open();

        (await placing.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeNull();
        a.App.Services.GetRequiredService<Node>().OpenHolds.MissingIn(nodes.Server.Epoch).ShouldBeEmpty();
    }

    /// <summary>The append of the write's record fails: its hold stands on all nodes until the log has it.</summary>
    [Fact]
    public async Task WhileTheRecordIsPendingItsHoldStands()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.High, "1");
        await using var action = a.Freshet.BeginUserAction("write");
        a.Freshet.Raise(new ThingChanged("1"));
        await a.Freshet.HoldAsync();
        nodes.Source["1"] = new Value(2);
        await a.CutAsync();
        await action.CompleteAsync();
        action.IsPending.ShouldBeTrue();

        (await b.ReadAsync(Things.High, "1")).ShouldBe(2);
        nodes.Source["1"] = new Value(3);
        (await b.ReadAsync(Things.High, "1")).ShouldBe(3);

        a.Link.Heal();
        await a.PassIntervalAsync();
        await Nodes.UntilAsync(() => nodes.Server.Holds.Count == 0);
    }
}

/// <summary>A team without high queries.</summary>
public sealed class Lows() : Freshet.Catalog("lows-team")
{
    public static readonly Tag<string> Thing = new("thing");

    public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

    public static readonly CachedQuery<string, Value> Low = new CachedQuery<string, Value>("low", RiskLevel.Low)
        .DependsOn(Thing, id => id)
        .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));
}
