namespace Freshet.Tests.Log.Shared;

/// <summary>Never trust a gap (R6): what was missed is read, and where it cannot be, everything loaded before is outdated.</summary>
public sealed class GapTests
{
    [Fact]
    public async Task What_was_missed_is_read_when_a_later_message_shows_the_gap()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start<Others>("b"));
        b.Link.DropsBells = true;
        await a.WriteAsync("1", 1);
        b.Link.DropsBells = false;
        await a.WriteAsync("2", 1);

        await Nodes.UntilAsync(() => b.Log.Position.Position == 2);

        b.Log.Counters.Gaps.ShouldBe(1);
        var seen = new List<long>();
        await foreach (var record in b.Freshet.Log.FollowAsync(0).Take(2)) seen.Add(record.Position);
        seen.ShouldBe([1, 2]);
    }

    /// <summary>A node's own records come with the append's reply, before or after what others append next: a gap for the one who takes them in, but nothing was missed.</summary>
    [Fact]
    public async Task What_a_reply_overtakes_or_lets_pass_was_not_missed()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        var late = b.Link.HoldReply(LogCall.Append);
        var own = b.BeginWrite("1", 1);
        await late.Reached;
        await a.WriteAsync("2", 1); // told of before b has its own reply
        late.Open();
        await own;

        b.Link.HoldsBells = true;
        var others = a.BeginWrite("2", 2);
        await Nodes.UntilAsync(() => nodes.Server.Head.Position == 3);
        await b.WriteAsync("1", 2); // replied to before b is told of the one before
        b.Link.ReleaseBells();
        await others;

        b.Log.Position.Position.ShouldBe(4);
        b.Log.Counters.Gaps.ShouldBe(0);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Doubled_and_reordered_messages_are_applied_once_and_in_order(bool doubled, bool reversed)
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start<Others>("b"));
        b.Link.DoublesBells = doubled;
        b.Link.HoldsBells = true;
        for (var number = 1; number <= 4; number++) await a.WriteAsync("1", number);

        b.Link.ReleaseBells(reversed);
        await Nodes.UntilAsync(() => b.Log.Position.Position == 4);

        b.Log.Counters.Applied.ShouldBe(4);
    }

    [Fact]
    public async Task Many_records_are_read_in_steps()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start<Others>("b", builder => builder.Configure(options => options.SharedLog.MaxRecordsPerExchange = 2)));
        b.Link.DropsBells = true;
        for (var number = 1; number <= 5; number++) await a.WriteAsync("1", number);
        var before = b.Exchanges;

        await b.CatchUpAsync();

        (b.Exchanges - before).ShouldBe(3);
    }

    [Fact]
    public async Task Where_what_was_missed_was_trimmed_everything_is_outdated()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start<Others>("b"));
        nodes.Source["x"] = new Value(1);
        await b.ReadAsync(Others.High, "x");
        b.Link.DropsBells = true;
        await a.WriteAsync("1", 1);
        await a.WriteAsync("1", 2);
        nodes.Server.Trim(1);
        nodes.Source["x"] = new Value(2);

        await b.CatchUpAsync();

        (await b.ReadAsync(Others.High, "x")).ShouldBe(2);
        (b.Log.Counters.Trims, b.Log.Counters.NewEpochs).ShouldBe((1, 0));
    }

    /// <summary>R6: a newer version's record, or somebody else's bytes. What it invalidates is unknown, and the node goes on behind it.</summary>
    [Fact]
    public async Task Where_a_record_cannot_be_read_everything_is_outdated_and_the_node_goes_on()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start<Others>("b"));
        nodes.Source["x"] = new Value(1);
        await b.ReadAsync(Others.High, "x");
        b.Link.DropsBells = true;
        nodes.Server.MakeUnreadable(1);
        nodes.Server.MakeUnreadable(4);
        await a.WriteAsync("1", 1);
        await a.WriteAsync("1", 2);
        nodes.Source["x"] = new Value(2);

        await b.CatchUpAsync();

        (await b.ReadAsync(Others.High, "x")).ShouldBe(2);
        (b.Log.IsAway, b.Log.Position.Position, b.Log.Counters.FailedExchanges).ShouldBe((false, 2, 0));
        await a.WriteAsync("1", 3);
        await a.WriteAsync("1", 4);
        await b.CatchUpAsync();
        b.Log.Position.Position.ShouldBe(4);
        (b.Log.Counters.Unreadable, b.Log.Counters.Trims, b.Log.Counters.NewEpochs).ShouldBe((2, 0, 0));
        b.App.LogLines.Lines.Where(line => line.Text.Contains("cannot be read", StringComparison.Ordinal)).ShouldHaveSingleItem().Text.ShouldContain("position 1 ");
    }

    /// <summary>R2, R6: the load captured 0 -> record 1 outdates its tag, record 1 is trimmed, this node starts over at 2, in the same epoch -> the marks the load holds were never told of record 1.</summary>
    [Fact]
    public async Task A_load_from_before_records_were_missed_for_good_is_neither_joined_nor_stored()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        b.Link.DropsBells = true;
        nodes.Source["1"] = new Value(1);
        var slow = nodes.Source.HoldNext("1");
        var early = b.ReadAsync(Things.High, "1");
        await slow.Reached;
        nodes.Server.Remove(nodes.Server.Leases);
        await a.WriteAsync("1", 2);
        await a.WriteAsync("2", 2);
        nodes.Server.Trim(1);
        await b.CatchUpAsync();

        (await b.ReadAsync(Things.High, "1")).ShouldBe(2);
        slow.Open();
        await early;
        (await b.ReadAsync(Things.High, "1")).ShouldBe(2);
    }

    /// <summary>PROTOCOL 16: positions are given again after a restart from an older snapshot, and a node that never saw the lost records could not tell from numbers.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PROTOCOL_16_a_log_that_may_have_lost_a_record_outdates_everything(bool fromSnapshot)
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        var snapshot = nodes.Server.Snapshot();
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.High, "1");
        nodes.Source["1"] = new Value(2);
        if (fromSnapshot) nodes.Server.RestartFrom(snapshot);
        else nodes.Server.RestartEmpty();

        await b.CatchUpAsync();

        (await b.ReadAsync(Things.High, "1")).ShouldBe(2);
        b.Log.Position.Epoch.ShouldBe(nodes.Server.Epoch);
        b.Log.Counters.NewEpochs.ShouldBe(1);
        nodes.Server.IsMature = true;
        await a.WriteAsync("1", 3);
        (await b.ReadAsync(Things.High, "1")).ShouldBe(3);
    }

    /// <summary>PROTOCOL 17: a log that went back without a new epoch is made to take one: its numbers are being given a second time.</summary>
    [Fact]
    public async Task PROTOCOL_17_a_log_that_goes_back_in_its_epoch_is_made_to_take_a_fresh_one()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        var snapshot = nodes.Server.Snapshot();
        var left = nodes.Server.Epoch;
        await a.WriteAsync("1", 1);
        await b.ReadAsync(Things.High, "1");
        nodes.Source["1"] = new Value(2);
        nodes.Server.RestartFrom(snapshot, keepsEpoch: true);

        await b.CatchUpAsync();

        nodes.Server.Epoch.ShouldNotBe(left);
        (await b.ReadAsync(Things.High, "1")).ShouldBe(2);
    }
}
