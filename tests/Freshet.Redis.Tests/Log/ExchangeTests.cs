namespace Freshet.Redis.Tests.Log;

/// <summary>What a node is told that asks what came after its position.</summary>
public sealed class ExchangeTests : RedisTest
{
    [Fact]
    public async Task WhoKnowsNothingIsToldTheHeadAndNoRecords()
    {
        var node = Node();
        var record = await node.AppendAsync("account:a");

        var reply = await node.ExchangeAsync();
        reply.Head.ShouldBe(new LogPosition(record.Epoch, 1));
        (reply.Oldest, reply.Records.Count).ShouldBe((1, 0));
    }

    [Fact]
    public async Task RecordsComeInOrderAndAtMostAsManyAsAskedFor()
    {
        var node = Node();
        await node.AppendAsync([.. Enumerable.Range(0, 300).Select(i => LogNode.Expire($"account:{i}"))]);
        var known = (await node.HeadAsync()) with { Position = 5 };

        (await node.ExchangeAsync(known, most: 10)).Records.Select(record => record.Position).ShouldBe(Enumerable.Range(6, 10).Select(i => (long)i));
        var all = await node.ExchangeAsync(known);
        all.Records.Select(record => record.Position).ShouldBe(Enumerable.Range(6, 295).Select(i => (long)i));
        all.Records.Select(record => record.Invalidations.Single().Tag.Text).ShouldBe(Enumerable.Range(5, 295).Select(i => $"account:{i}"));
        (await node.ExchangeAsync(all.Head)).Records.ShouldBeEmpty();
    }

    [Fact]
    public async Task AReplyIsCutShortRatherThanHuge()
    {
        var node = Node(LogNode.Settings with { MaxRecordBytes = 1 << 20 });
        var large = new RecordDraft(RecordId.Next(), "Raise", "large", new { Text = new string('x', 70_000) }, []);
        for (var i = 0; i < 130; i++) await node.AppendAsync(large with { Id = RecordId.Next() });
        var known = (await node.HeadAsync()) with { Position = 0 };

        var reply = await node.ExchangeAsync(known);
        reply.Records.Count.ShouldBe(128); // one chunk: it was past the limit after it
        reply.Head.Position.ShouldBe(130);
    }

    [Fact]
    public async Task AnotherEpochsPositionIsToldNoRecords()
    {
        var node = Node();
        await node.AppendAsync("account:a");

        (await node.ExchangeAsync(new LogPosition(Epoch.Create(), 0))).Records.ShouldBeEmpty();
    }

    [Fact]
    public async Task RecordsPastTheRetentionAreTrimmedAndTheOldestSaysSo()
    {
        var node = Node(LogNode.Settings with { RecordRetention = 10 });
        for (var i = 0; i < 25; i++) await node.AppendAsync($"account:{i}");
        var head = await node.HeadAsync();

        (await node.ExchangeAsync(head with { Position = 15 })).Records.Select(record => record.Position).ShouldBe(Enumerable.Range(16, 10).Select(i => (long)i));
        var behind = await node.ExchangeAsync(head with { Position = 14 });
        (behind.Head.Position, behind.Oldest).ShouldBe((25, 16));
        behind.Records.ShouldBeEmpty();
        (await Server.RunAsync("LLEN", Key("records"))).ShouldBe("10");
    }

    /// <summary>More at once than are kept at all.</summary>
    [Fact]
    public async Task AnAppendLargerThanTheRetentionIsTrimmedTheSame()
    {
        var node = Node(LogNode.Settings with { RecordRetention = 3 });
        await node.AppendAsync([.. Enumerable.Range(0, 8).Select(i => LogNode.Expire($"account:{i}"))]);
        await node.AppendAsync("account:last");

        var reply = await node.ExchangeAsync((await node.HeadAsync()) with { Position = 6 });
        reply.Oldest.ShouldBe(7);
        reply.Records.Select(record => record.Position).ShouldBe([7, 8, 9]);
    }

    [Fact]
    public async Task WhatIsAppendedBetweenTwoExchangesIsTrimmedByTheNext()
    {
        var node = Node(LogNode.Settings with { RecordRetention = 200 });
        await node.AppendAsync([.. Enumerable.Range(0, 200).Select(_ => LogNode.Expire("account:a"))]);
        (await node.ExchangeAsync()).Oldest.ShouldBe(1);

        await node.AppendAsync(LogNode.Expire("account:a"), LogNode.Expire("account:a"));
        (await Server.RunAsync("LLEN", Key("records"))).ShouldBe("202");
        (await node.ExchangeAsync()).Oldest.ShouldBe(3);
        (await Server.RunAsync("LLEN", Key("records"))).ShouldBe("200");
    }

    /// <summary>PROTOCOL 18: remembered for everybody, from the word of a node that knows this very epoch for long enough.</summary>
    [Fact]
    public async Task TheLogIsMatureOnceANodeSaysSoOfItsEpoch()
    {
        var (node, other) = (Node(), Node());
        var head = await node.HeadAsync();

        (await node.ExchangeAsync(new LogPosition(Epoch.Create(), 7), isMature: true)).IsMature.ShouldBeFalse();
        (await node.AppendAsync(LogNode.Expire("account:a"))).IsMature.ShouldBeFalse();
        (await node.ExchangeAsync(head, isMature: true)).IsMature.ShouldBeTrue();
        (await other.ExchangeAsync()).IsMature.ShouldBeTrue();
        (await other.AppendAsync(LogNode.Expire("account:a"))).IsMature.ShouldBeTrue();
    }

    /// <summary>R6: what it invalidates is unknown, so a node has to begin again.</summary>
    [Theory]
    [InlineData("4 1 {\"id\":1}")]
    [InlineData("4 what a newer version may say")]
    [InlineData("5 1 {}")]
    public async Task WhoseNextRecordsCannotAllBeReadIsToldTheFirstOfThemAndTheHead(string entry)
    {
        var node = Node();
        for (var i = 0; i < 6; i++) await node.AppendAsync("account:a");
        var head = await node.HeadAsync();
        await Server.RunAsync("LSET", Key("records"), "3", entry);
        await Server.RunAsync("LSET", Key("records"), "4", "5 1 unreadable too");

        var reply = await node.ExchangeAsync(head with { Position = 1 });
        (reply.Head, reply.UnreadableAt, reply.Records.Count).ShouldBe((head, 4, 0));
        (await node.ExchangeAsync(head with { Position = 1 }, most: 2)).UnreadableAt.ShouldBe(0); // not that far yet
        (await node.ExchangeAsync(head with { Position = 5 })).Records.Single().Position.ShouldBe(6);
    }
}
