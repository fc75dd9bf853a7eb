namespace Freshet.Tests.Log.Shared;

/// <summary>PROTOCOL 26 over nodes: a hold whose writer is never heard of again is ended once, by whoever is left.</summary>
public sealed class OverdueHoldTests
{
    [Fact]
    public async Task AnOverdueHoldIsEndedOnceByWhicheverNodeIsLeft()
    {
        await using var nodes = new Nodes();
        var (a, b, c) = (nodes.Start("a"), nodes.Start("b"), nodes.Start("c"));
        nodes.Source["1"] = new Value(1);
        foreach (var member in (Member[])[b, c]) await member.ReadAsync(Things.High, "1");
        var hold = await a.App.HoldAsync("1");
        a.Link.IsCut = true; // its process is gone
        nodes.Server.Remove([.. nodes.Server.Leases.Where(row => row.Name == "a")]); // and its lease with it

        nodes.Source["1"] = new Value(2);
        nodes.ServerTime.Advance(TimeSpan.FromSeconds(30));
        foreach (var member in (Member[])[b, c]) member.App.Time.Advance(TimeSpan.FromSeconds(30));

        foreach (var member in (Member[])[b, c]) await Nodes.UntilAsync(() => member.App.HoldsOf() is null);
        nodes.Server.Records.Count(record => record.Cause == "overdue").ShouldBe(1);
        nodes.Server.Holds.ShouldBeEmpty();
        foreach (var member in (Member[])[b, c]) (await member.ReadAsync(Things.High, "1")).ShouldBe(2);

        await b.App.ResolveAsync(hold); // its row is found and appended: it counts, since what ended the hold was not it
        nodes.Server.Records[^1].Id.ShouldBe(hold.Release.Draft);
    }

    /// <summary>Each finds it overdue before it has heard of the other: what they append is one record.</summary>
    [Fact]
    public async Task NodesThatEndItAtOnceEndItOnce()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        await a.App.HoldAsync("1");
        b.Link.HoldsBells = true;
        b.Link.HoldRequest(LogCall.Exchange); // or it would hear of the other's by asking
        Gate[] gates = [a.Link.HoldReply(LogCall.Append), b.Link.HoldReply(LogCall.Append)];

        nodes.Advance(TimeSpan.FromSeconds(30));

        foreach (var gate in gates) await gate.Reached;
        nodes.Server.Records.Count(record => record.Cause == "overdue").ShouldBe(1);
    }

    /// <summary>It has heard of the hold when it began, and from nobody else.</summary>
    [Fact]
    public async Task ANodeThatStartsWhileItStandsEndsIt()
    {
        await using var nodes = new Nodes();
        var a = nodes.Start("a");
        await a.App.HoldAsync("1");
        a.Link.IsCut = true;
        nodes.Server.Remove(nodes.Server.Leases);
        var b = nodes.Start("b");
        await b.CatchUpAsync();
        b.App.HoldsOf().ShouldNotBeNull();

        nodes.ServerTime.Advance(TimeSpan.FromSeconds(30));
        b.App.Time.Advance(TimeSpan.FromSeconds(30));

        await Nodes.UntilAsync(() => b.App.HoldsOf() is null);
        nodes.Server.Holds.ShouldBeEmpty();
    }

    /// <summary>A look finds the last one still at work.</summary>
    [Fact]
    public async Task WhoIsEndingItDoesNotBeginToEndItAgain()
    {
        await using var nodes = new Nodes();
        var a = nodes.Start("a");
        var gate = await BeginToEndAsync(nodes, a);
        var appends = a.Link.Count(LogCall.Append);

        nodes.Advance(OverdueHolds.Interval);

        a.Link.Count(LogCall.Append).ShouldBe(appends);
        gate.Open();
        await Nodes.UntilAsync(() => a.App.HoldsOf() is null);
    }

    /// <summary>Whoever would end an overdue hold finds the log away: the hold stands, nobody asks in vain or keeps anything to be sent later, and it is ended once the log is back.</summary>
    [Fact]
    public async Task ItStandsWhileTheLogIsAway()
    {
        await using var nodes = new Nodes();
        var a = nodes.Start("a");
        var gate = await BeginToEndAsync(nodes, a);
        a.Link.IsCut = true;
        gate.Open();
        await Nodes.UntilAsync(() =>
        {
            nodes.Advance(OverdueHolds.Interval);
            return a.Log.IsAway;
        });
        var appends = a.Link.Count(LogCall.Append);
        for (var i = 0; i < 4; i++) nodes.Advance(TimeSpan.FromSeconds(1));

        a.Link.Count(LogCall.Append).ShouldBe(appends, "a log that is away is not asked");
        a.App.HoldsOf().ShouldNotBeNull();
        (a.Log.Pending.Count, a.Log.Holds.Overdue).ShouldBe((0, 0));
        a.App.LogLines.Lines.ShouldNotContain(line => line.Text.Contains("was overdue"));
        a.Link.Heal();
        await Nodes.UntilAsync(() =>
        {
            nodes.Advance(OverdueHolds.Interval);
            return a.Log.Holds.Overdue == 1;
        });
        nodes.Server.Records.Count(record => record.Cause == "overdue").ShouldBe(1);
        a.App.HoldsOf().ShouldBeNull();
    }

    /// <summary>A hold is overdue, and its node stands before the append that ends it.</summary>
    private static async Task<Gate> BeginToEndAsync(Nodes nodes, Member a)
    {
        await a.App.HoldAsync("1");
        var gate = a.Link.HoldRequest(LogCall.Append);
        nodes.Advance(TimeSpan.FromSeconds(30));
        await gate.Reached;
        return gate;
    }
}
