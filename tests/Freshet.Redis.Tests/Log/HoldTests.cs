namespace Freshet.Redis.Tests.Log;

/// <summary>Which holds stand lies in the log, so that a node that begins at its head knows (R8).</summary>
public sealed class HoldTests : RedisTest
{
    private LogNode _node = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _node = Node();
    }

    [Fact]
    public async Task ANodeThatBeginsAtTheHeadIsToldWhatStands()
    {
        var announced = LogNode.Expire("account:a");
        var placed = (await _node.AppendAsync(Hold(announced))).Records.Single();

        var told = (await Node().ExchangeAsync()).Holds.ShouldHaveSingleItem();

        (told.Id, told.Position, told.Epoch, told.At, told.Action).ShouldBe((placed.Id, 1, placed.Epoch, placed.At, "POST /pay"));
        told.Holds.ShouldNotBeNull().Draft.ShouldBe(announced.Id);
        told.Holds.Tags.ShouldBe([LogNode.Tag("account:a")]);
        (await _node.ExchangeAsync(new LogPosition(placed.Epoch, 0))).Holds.ShouldBeEmpty("it reads the record itself");
    }

    [Fact]
    public async Task AHoldIsReadFromTheLogAsItWasPlaced()
    {
        var announced = LogNode.Expire("account:a", "account:b");
        var placed = (await _node.AppendAsync(Hold(announced))).Records.Single();
        await _node.AppendAsync(Release(placed, announced));

        var records = (await Node().ExchangeAsync(new LogPosition(placed.Epoch, 0))).Records;

        records[0].Holds.ShouldNotBeNull().Tags.Select(tag => tag.Text).ShouldBe(["account:a", "account:b"]);
        records[1].Releases.ShouldBe([new Release(placed.Id, announced.Id)]);
    }

    [Theory]
    [InlineData(true)]  // by its own action, which says so
    [InlineData(false)] // by a relay, which does not know
    public async Task WhatWasAnnouncedResolvesIt(bool knows)
    {
        var announced = LogNode.Expire("account:a");
        await _node.AppendAsync(Hold(announced));

        await Node().AppendAsync(announced with { IsHeld = knows });

        (await Node().ExchangeAsync()).Holds.ShouldBeEmpty();
        (await Server.RunAsync("HLEN", "freshet:{desk}:holds")).ShouldBe(knows ? "1" : "2");
    }

    [Fact]
    public async Task AReleaseEndsTheHoldItNamesAndNoLaterOne()
    {
        var announced = LogNode.Expire("account:a");
        var first = (await _node.AppendAsync(Hold(announced))).Records.Single();
        var second = (await _node.AppendAsync(Hold(announced))).Records.Single();

        await _node.AppendAsync(Release(first, announced));
        (await Node().ExchangeAsync()).Holds.ShouldHaveSingleItem().Id.ShouldBe(second.Id);
        await _node.AppendAsync(Release(second, announced));

        (await Node().ExchangeAsync()).Holds.ShouldBeEmpty();
    }

    /// <summary>The request of a hold that was held up: what it announces is there, or it was released.</summary>
    [Fact]
    public async Task AHoldThatComesTooLateIsNotPlaced()
    {
        var (resolved, rolledBack) = (LogNode.Expire("account:a"), LogNode.Expire("account:b"));
        var (late, released) = (Hold(resolved), Hold(rolledBack));
        await _node.AppendAsync(resolved);
        await _node.AppendAsync(LogNode.Draft() with { Releases = [new Release(released.Id, rolledBack.Id)] });

        (await _node.AppendAsync(late)).Records.ShouldBeEmpty();
        (await _node.AppendAsync(released)).Records.ShouldBeEmpty();
        (await Node().ExchangeAsync()).Holds.ShouldBeEmpty();
        (await _node.HeadAsync()).Position.ShouldBe(2);
    }

    [Fact]
    public async Task AHoldPlacedTwiceIsOneRecord()
    {
        var hold = Hold(LogNode.Expire("account:a"));
        await _node.AppendAsync(hold);

        (await _node.AppendAsync(hold)).Records.Single().Position.ShouldBe(1);
        (await Node().ExchangeAsync()).Holds.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task WhatRelaysHaveResolvedDoesNotPileUp()
    {
        for (var i = 0; i < 100; i++)
        {
            var announced = LogNode.Expire("account:a");
            await _node.AppendAsync(Hold(announced));
            await _node.AppendAsync(announced);
        }

        int.Parse(await Server.RunAsync("HLEN", "freshet:{desk}:holds")).ShouldBeLessThan(40);
    }

    /// <summary>PROTOCOL 19, of this part: without it nobody knows what stood.</summary>
    [Fact]
    public async Task HoldsThatWereLostBeginAnEpoch()
    {
        var before = (await _node.AppendAsync(Hold(LogNode.Expire("account:a")))).Records.Single();
        await Server.RunAsync("DEL", "freshet:{desk}:holds");

        var reply = await Node().ExchangeAsync();

        reply.Head.Epoch.ShouldNotBe(before.Epoch);
        (reply.IsMature, reply.Holds.Count).ShouldBe((false, 0));
    }

    [Fact]
    public async Task AFreshEpochHasNone()
    {
        await _node.AppendAsync(Hold(LogNode.Expire("account:a")));
        var state = await Server.RunAsync("HGET", "freshet:{desk}:log", "state");
        await Server.RunAsync("HSET", "freshet:{desk}:log", "state", $"{state[..32]}{new string('0', 40)}{state[72..]}"); // the run_id of another server

        (await Node().ExchangeAsync()).Holds.ShouldBeEmpty();
        (await Server.RunAsync("HLEN", "freshet:{desk}:holds")).ShouldBe("1");
    }

    private static RecordDraft Hold(RecordDraft announced) =>
        LogNode.Draft() with { Call = "Hold", Holds = new Holding(announced.Id, [.. announced.Invalidations.Select(each => each.Tag)]) };

    private static RecordDraft Release(LogRecord hold, RecordDraft announced) => LogNode.Draft() with { Call = "Release", Releases = [new Release(hold.Id, announced.Id)] };
}
