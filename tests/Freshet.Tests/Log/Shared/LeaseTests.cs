namespace Freshet.Tests.Log.Shared;

/// <summary>A finished write is visible everywhere (R7): it waits for the leases it concerns, and no longer than they last.</summary>
public sealed class LeaseTests
{
    private static readonly TimeSpan _full = TimeSpan.FromMilliseconds(2_250);
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _rest = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task A_write_completes_once_every_node_that_holds_a_lease_has_applied_it()
    {
        await using var nodes = new Nodes();
        var (a, b, c) = (nodes.Start("a"), nodes.Start("b"), nodes.Start("c"));
        nodes.Source["1"] = new Value(1);
        foreach (var member in (Member[])[b, c]) await member.ReadAsync(Things.High, "1");
        b.Link.HoldsBells = c.Link.HoldsBells = true;

        var write = a.BeginWrite("1", 2);
        await Nodes.UntilAsync(() => nodes.Server.Head.Position == 1);
        b.Link.ReleaseBells();
        write.IsCompleted.ShouldBeFalse();
        (await b.ReadAsync(Things.High, "1")).ShouldBe(2);
        (await c.ReadAsync(Things.High, "1")).ShouldBe(1);
        c.Link.ReleaseBells();

        await write;
        (await c.ReadAsync(Things.High, "1")).ShouldBe(2);
    }

    /// <summary>PROTOCOL 22: at most one full lease and margin from after the append's reply; a node that is cut off has none after it.</summary>
    [Fact]
    public async Task PROTOCOL_22_a_write_waits_for_a_silent_node_until_its_lease_has_run_out_and_names_it()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("silent"));
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.High, "1");
        b.Link.IsCut = true;

        var write = a.BeginWrite("1", 2);
        await Nodes.UntilAsync(() => nodes.Server.Head.Position == 1);
        await PassAsync(a, _full - TimeSpan.FromMilliseconds(1), nodes);
        write.IsCompleted.ShouldBeFalse();
        b.Confirmation.HoldsLease.ShouldBeFalse();
        await PassAsync(a, TimeSpan.FromMilliseconds(1), nodes);

        await write.WaitAsync(TimeSpan.FromSeconds(30));
        (await b.ReadAsync(Things.High, "1")).ShouldBe(2);
        a.Log.Counters.WaitedOut.ShouldHaveSingleItem().ShouldBe(new("silent", 1));
        a.App.LogLines.Lines.ShouldContain(line => line.Text.Contains("waited 00:00:02.2500000 for node silent"));
        nodes.Server.Leases.ShouldNotContain(row => row.Name == "silent"); // the next write does not wait for it
    }

    /// <summary>The lease that a hit finds may be a new one, of a node that has just heard of what it must not serve.</summary>
    [Fact]
    public async Task A_hit_that_finds_a_new_lease_finds_what_the_node_heard_with_it()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start<Renewed>("a"), nodes.Start<Renewed>("b"));
        nodes.Source["1"] = new Value(1);
        (await b.ReadAsync(Renewed.High, "1")).ShouldBe(1);
        b.Link.IsCut = true;
        nodes.Server.Remove(nodes.Server.Leases); // as if they had run out: nobody waits for b
        await a.WriteAsync("1", 2);
        b.App.Time.Advance(_full);
        await Nodes.UntilAsync(() => b.Log.IsAway);
        b.Link.IsCut = false;

        b.App.Time.OnNextTimestamp = () => Task.Run(async () =>
        {
            await b.PassIntervalAsync();
            await Nodes.UntilAsync(() => b.Confirmation.HoldsLease);
        }).GetAwaiter().GetResult();

        (await b.Freshet.ReadAsync(Renewed.High, "1")).Number.ShouldBe(2);
    }

    [Fact]
    public async Task A_node_whose_high_queries_are_not_concerned_is_not_waited_for()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start<Others>("b"));
        b.Link.IsCut = true;

        await a.WriteAsync("1", 2);
    }

    [Fact]
    public async Task An_acknowledgement_that_is_lost_is_made_good_by_the_next_renewal()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        b.Link.DropsAcknowledgements = true;

        var write = a.BeginWrite("1", 2);
        await Nodes.UntilAsync(() => b.Log.Position.Position == 1);
        await b.PassIntervalAsync();
        await Nodes.UntilAsync(() => nodes.Server.Leases.Single(row => row.Name == "b").Acknowledged == 1);
        write.IsCompleted.ShouldBeFalse();
        await PassAsync(a, _poll);

        await write.WaitAsync(TimeSpan.FromSeconds(30));
        a.Log.Counters.WaitedOut.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_missed_is_acknowledged_as_soon_as_it_was_read()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        b.Link.DropsBells = true;
        var first = a.BeginWrite("1", 1);
        await Nodes.UntilAsync(() => nodes.Server.Head.Position == 1);
        b.Link.DropsBells = false;

        await a.WriteAsync("1", 2); // no clock moves
        await first;
    }

    /// <summary>PROTOCOL 22: the row as it stood at the append counts; one that came later belongs to a lease whose exchange has read the record.</summary>
    [Fact]
    public async Task PROTOCOL_22_a_node_whose_lease_began_after_the_append_is_not_waited_for()
    {
        await using var nodes = new Nodes();
        var a = nodes.Start("a");
        var held = a.Link.HoldReply(LogCall.Append);
        var write = a.BeginWrite("1", 2);
        await held.Reached;
        var b = nodes.Start("b");
        b.Link.IsCut = true;
        held.Open();

        await write.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>PROTOCOL 22: the first attempt's reply was lost, so nobody has waited yet.</summary>
    [Fact]
    public async Task PROTOCOL_22_a_duplicate_append_waits_too()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        b.Link.IsCut = true;
        var draft = new RecordDraft(RecordId.Next(), "Raise", null, null, [new Invalidation(Things.Thing.For("1"), InvalidationKind.Expire, default)]);
        var writer = new Writer(TriggerKind.Job, "relay", null, null);
        nodes.Server.Append(new AppendRequest(NodeId.Create(), writer, [draft]));

        var again = a.Log.AppendAsync(writer, [draft]).AsTask();
        await a.App.Time.WhenTimerSetAsync(TimeSpan.FromMilliseconds(100));
        again.IsCompleted.ShouldBeFalse();
        await PassAsync(a, _full, nodes);

        (await again.WaitAsync(TimeSpan.FromSeconds(30))).Records.ShouldHaveSingleItem().Position.ShouldBe(1);
        nodes.Server.Records.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_paused_node_fences_itself()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.High, "1");
        b.Link.Hang();
        b.Link.HoldsBells = true;
        var write = a.BeginWrite("1", 2);
        await Nodes.UntilAsync(() => nodes.Server.Head.Position == 1);
        await PassAsync(a, _full, nodes);
        await write.WaitAsync(TimeSpan.FromSeconds(30));

        (await b.App.Time.PassAsync(b.ReadAsync(Things.High, "1"))).ShouldBe(2);
    }

    /// <summary>PROTOCOL 20: the machine was suspended, its monotonic clock too: by that the lease has another second.</summary>
    [Fact]
    public async Task PROTOCOL_20_a_suspended_machine_trusts_neither_lease_nor_bound()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.High, "1");
        b.Link.DropsBells = true;
        b.App.Time.Sleep(TimeSpan.FromMilliseconds(250));
        b.Confirmation.HoldsLease.ShouldBeTrue(); // within the margin
        b.App.Time.Sleep(TimeSpan.FromHours(1));
        nodes.Server.Remove(nodes.Server.Leases);
        await a.WriteAsync("1", 2);

        b.Confirmation.HoldsLease.ShouldBeFalse();
        (await b.ReadAsync(Things.High, "1")).ShouldBe(2);
    }

    [Fact]
    public async Task A_node_that_stops_gives_its_lease_back()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));

        await b.Log.StopAsync();

        nodes.Server.Leases.ShouldHaveSingleItem().Name.ShouldBe("a");
        b.Confirmation.HoldsLease.ShouldBeFalse();
        b.Link.IsCut = true;
        await a.WriteAsync("1", 2); // waits for nobody
    }

    /// <summary>An exchange renews the lease and its reply is on the way -> the node stops and its row goes -> the reply comes. No writer knows of that lease.</summary>
    [Fact]
    public async Task A_lease_that_comes_after_the_node_has_stopped_is_not_used()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.High, "1");
        b.Confirmation.Forget();
        var held = b.Link.HoldReply(LogCall.Exchange);
        var late = b.ReadAsync(Things.High, "2"); // its exchange asks for a lease
        await held.Reached;
        await b.Log.StopAsync();
        b.Link.DropsBells = true;
        var asked = b.Exchanges;
        held.Open();
        await late;

        b.Exchanges.ShouldBeGreaterThan(asked); // asked again, for none
        b.Confirmation.HoldsLease.ShouldBeFalse();
        await a.WriteAsync("1", 2);
        (await b.ReadAsync(Things.High, "1")).ShouldBe(2);
    }

    /// <summary>R7: a query tightened while running is one that the lease in hand does not speak for.</summary>
    [Fact]
    public async Task A_query_that_configuration_makes_strict_is_spoken_for_by_the_next_lease()
    {
        await using var nodes = new Nodes();
        var configuration = new ReloadableConfiguration();
        var a = nodes.Start("a");
        var b = nodes.Start<OnlyMedium>("b", configuration: configuration.Root);
        nodes.Server.Leases.ShouldNotContain(row => row.Name == "b");

        configuration["Freshet:Policies:only-medium:MaxStaleness"] = "00:00:00";
        configuration.Reload();
        b.Confirmation.HoldsLease.ShouldBeFalse();
        await b.CatchUpAsync();

        nodes.Server.Leases.Single(row => row.Name == "b").Kinds.ShouldBe(["thing"]);
    }

    /// <summary>PROTOCOL 18: the lease table went with the log, and node b holds a lease that no writer can find there.</summary>
    [Fact]
    public async Task PROTOCOL_18_in_a_young_epoch_no_append_completes_before_every_earlier_lease_has_run_out()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.High, "1");
        b.Link.IsCut = true;
        nodes.Server.RestartEmpty();

        var write = a.BeginWrite("1", 2);
        await a.App.Time.WhenTimerSetAsync(_full);
        (await b.ReadAsync(Things.High, "1")).ShouldBe(1); // still under its lease
        nodes.Advance(_full - TimeSpan.FromMilliseconds(1));
        write.IsCompleted.ShouldBeFalse();
        nodes.Advance(TimeSpan.FromMilliseconds(1));
        await write.WaitAsync(TimeSpan.FromSeconds(30));

        (await b.ReadAsync(Things.High, "1")).ShouldBe(2);
        await a.CatchUpAsync();
        nodes.Server.IsMature.ShouldBeTrue();
        await a.WriteAsync("1", 3); // no clock moves
    }

    /// <summary>PROTOCOL 18: the node cannot come to its record, and stands in an epoch it has known for long. That says nothing of the one it has appended to.</summary>
    [Fact]
    public async Task PROTOCOL_18_the_age_of_an_earlier_epoch_is_not_taken_for_the_young_one_s()
    {
        await using var nodes = new Nodes();
        var a = nodes.Start("a");
        nodes.Advance(TimeSpan.FromSeconds(10));
        await a.CatchUpAsync();
        nodes.Server.RestartEmpty();
        var held = a.Link.HoldReply(LogCall.Append);
        var write = a.BeginWrite("1", 2);
        await held.Reached;
        var lost = a.Link.HoldRequest(LogCall.Exchange);
        held.Open();
        await lost.Reached;
        a.Link.IsCut = true;
        lost.Open();

        await a.App.Time.WhenTimerSetAsync(_full);
        write.IsCompleted.ShouldBeFalse();
        a.App.Time.Advance(_full);
        await write.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>A row of the old epoch would say "applied up to 100" where the log stands at 1, and no writer would wait for its node.</summary>
    [Fact]
    public async Task A_lease_granted_to_a_position_of_another_epoch_is_not_used()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        for (var number = 1; number <= 3; number++) await a.WriteAsync("1", number);
        nodes.Server.RestartEmpty();
        nodes.Server.IsMature = true;
        var first = b.Link.HoldReply(LogCall.Exchange);
        var read = b.Log.CatchUpAsync(null, 0, TimeSpan.FromSeconds(30), default).AsTask();
        await first.Reached;
        nodes.Server.Leases.Single(row => row.Name == "b").Acknowledged.ShouldBe(3);
        var second = b.Link.HoldRequest(LogCall.Exchange);
        first.Open();
        await second.Reached;

        b.Log.Position.ShouldBe(nodes.Server.Head);
        b.Confirmation.HoldsLease.ShouldBeFalse();
        second.Open();
        (await read).IsConfirmed.ShouldBeTrue();
        b.Confirmation.HoldsLease.ShouldBeTrue();
    }

    /// <summary>PROTOCOL 23: whatever the others do, the writer's own node serves its write.</summary>
    [Fact]
    public async Task PROTOCOL_23_the_writer_s_node_has_applied_its_record_before_it_waits_for_others()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        nodes.Source["1"] = new Value(1);
        await a.ReadAsync(Things.Low, "1");
        b.Link.HoldsBells = true;
        var write = a.BeginWrite("1", 2);
        await Nodes.UntilAsync(() => a.Log.Position.Position == 1);

        (await a.ReadAsync(Things.Low, "1")).ShouldBe(2);
        write.IsCompleted.ShouldBeFalse();
        b.Link.ReleaseBells();
        await write;
    }

    /// <summary>PROTOCOL 23: the append's reply tells of 2, and 1 has not been heard of: the node reads it before it answers.</summary>
    [Fact]
    public async Task PROTOCOL_23_a_writer_s_node_that_missed_records_reads_them_before_it_answers()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start<Others>("b"));
        b.Link.DropsBells = true;
        nodes.Server.Remove(nodes.Server.Leases);
        await a.WriteAsync("1", 2);
        await using var action = b.Freshet.BeginUserAction("write");
        b.Freshet.Raise(new OwnerChanged("x"));

        var token = await action.CompleteAsync();

        (token!.Value.Position, b.Log.Position.Position).ShouldBe((2, 2));
    }

    /// <summary>Lets time pass in the steps in which a writer looks at the leases. What is left at the end of a full lease is half a step.</summary>
    private static async Task PassAsync(Member writer, TimeSpan time, Nodes? everywhere = null)
    {
        for (var left = time; left > TimeSpan.Zero;)
        {
            var step = left < _poll ? left : _poll;
            await writer.App.Time.WhenTimerSetAsync(step == _poll ? _poll : _rest); // or the time would pass before it is waited for
            if (everywhere is null) writer.App.Time.Advance(step);
            else everywhere.Advance(step);
            left -= step;
        }
    }

    public sealed class OnlyMedium() : Catalog("medium-team")
    {
        public static readonly Tag<string> Thing = new("thing");

        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

        public static readonly CachedQuery<string, Value> Query = new CachedQuery<string, Value>("only-medium", RiskLevel.Medium)
            .DependsOn(Thing, id => id)
            .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));
    }
}

/// <summary>Read by nobody else, so that a read finds its way without asking whose query it is.</summary>
public sealed class Renewed() : Catalog("renewed-team")
{
    public static readonly Tag<string> Thing = new("thing");

    public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

    public static readonly CachedQuery<string, Value> High = new CachedQuery<string, Value>("renewed-high", RiskLevel.High)
        .DependsOn(Thing, id => id)
        .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));
}
