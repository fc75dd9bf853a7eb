namespace Freshet.Redis.Tests.Log;

/// <summary>What nodes are told without asking, and that it comes again after an interruption.</summary>
public sealed class ChannelTests : RedisTest
{
    [Fact]
    public async Task AnAppendTellsEveryNodeItsRecordsAndWriter()
    {
        var (writer, other) = (Node().Listen(), Node().Listen());
        await SubscribedAsync(other);
        var reply = await writer.AppendAsync(LogNode.Expire("account:a"), LogNode.MarkStale("account:b", TimeSpan.FromMinutes(5)));
        await other.Heard.UntilAsync(heard => heard.Bells.Count == 1);
        await writer.Heard.UntilAsync(heard => heard.Bells.Count == 1);

        var (records, from) = other.Heard.Bells.Single();
        from.ShouldBe(writer.Id);
        records.Count.ShouldBe(2);
        for (var i = 0; i < 2; i++)
        {
            records[i].Invalidations.ShouldBe(reply.Records[i].Invalidations);
            (records[i] with { Invalidations = reply.Records[i].Invalidations }).ShouldBe(reply.Records[i]);
        }
    }

    [Fact]
    public async Task OnlyWhatIsNewIsTold()
    {
        var (writer, other) = (Node(), Node().Listen());
        await SubscribedAsync(other);
        var (known, fresh) = (LogNode.Expire("account:a"), LogNode.Expire("account:b"));
        await writer.AppendAsync(known);
        await writer.AppendAsync(known, fresh);
        await other.Heard.UntilAsync(heard => heard.Bells.Count == 2);

        other.Heard.Bells[1].Records.Select(record => record.Position).ShouldBe([2]);
    }

    /// <summary>Its writer waits for nodes that acknowledged to whoever appended it first.</summary>
    [Fact]
    public async Task AnAppendOfNothingNewRingsWithItsWriter()
    {
        var (writer, again, other) = (Node(), Node(), Node().Listen());
        await SubscribedAsync(other);
        var draft = LogNode.Expire("account:a");
        await writer.AppendAsync(draft);
        await again.AppendAsync(draft);
        await other.Heard.UntilAsync(heard => heard.Bells.Count == 2);

        other.Heard.Bells[1].Writer.ShouldBe(again.Id);
        other.Heard.Bells[1].Records.ShouldBeEmpty();
    }

    [Fact]
    public async Task RecordsTooLargeToTellAreToReadInstead()
    {
        var (writer, other) = (Node(), Node().Listen());
        await SubscribedAsync(other);
        await writer.AppendAsync(new RecordDraft(RecordId.Next(), "Raise", "large", new { Text = new string('x', 40_000) }, []));
        await other.Heard.UntilAsync(heard => heard.Bells.Count == 1);

        other.Heard.Bells.Single().Records.ShouldBeEmpty();
        (await other.ExchangeAsync((await other.HeadAsync()) with { Position = 0 })).Records.Single().Event.ShouldBe("large");
    }

    [Fact]
    public async Task AnAcknowledgementReachesTheWriterAndNobodyElse()
    {
        var (writer, other, third) = (Node().Listen(), Node().Listen(), Node().Listen());
        await writer.AppendAsync("account:a");
        await third.AppendAsync("account:a");
        var applied = new LogPosition(Epoch.Create(), 42);
        other.Log.Acknowledge(other.Id, writer.Id, applied);
        await writer.Heard.UntilAsync(heard => heard.Acknowledged.Count == 1);
        other.Log.Acknowledge(other.Id, third.Id, applied);
        await third.Heard.UntilAsync(heard => heard.Acknowledged.Count == 1);

        writer.Heard.Acknowledged.ShouldBe([(other.Id, applied)]);
        third.Heard.Acknowledged.ShouldBe([(other.Id, applied)]);
        other.Heard.Acknowledged.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("not one of ours")]
    [InlineData("0af7651916cd43dd8448eb211c80319c 1 0af7651916cd43dd8448eb211c80319c\n1 1 {\"id\":1}")]
    [InlineData("0af7651916cd43dd8448eb211c80319c 2 0af7651916cd43dd8448eb211c80319c\n1 1 {}")]
    [InlineData("0af7651916cd43dd8448eb211c80319c 2 0af7651916cd43dd8448eb211c80319c")]
    [InlineData("0af7651916cd43dd8448eb211c80319c 1 0af7651916cd43dd8448eb211c80319c\n1")]
    public async Task AnUnreadableMessageIsTakenAsASignToRead(string message)
    {
        var other = Node().Listen();
        await SubscribedAsync(other);
        (await DatabaseAsync()).Multiplexer.GetSubscriber().Publish(new StackExchange.Redis.RedisChannel(Key("bell"), StackExchange.Redis.RedisChannel.PatternMode.Literal), message);
        await other.Heard.UntilAsync(heard => heard.Bells.Count == 1);

        other.Heard.Bells.Single().Records.ShouldBeEmpty();
        other.Lines.Lines.ShouldContain(line => line.Text.Contains("could not be read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnApplicationsPrefixForChannelsIsFollowed()
    {
        var writer = Owned(new LogNode(Server.ConnectionString + ",channelPrefix=shop:")).Listen();
        var other = Owned(new LogNode(Server.ConnectionString + ",channelPrefix=shop:")).Listen();
        await SubscribedAsync(other, "shop:");
        await writer.AppendAsync("account:a");

        await other.Heard.UntilAsync(heard => heard.Bells.Count == 1);
    }

    [Fact]
    public async Task WhatIsToldComesAgainAfterARestart()
    {
        var (writer, other) = (Node(), Node().Listen());
        await SubscribedAsync(other);
        await Server.KillAsync();
        await other.Heard.UntilAsync(heard => heard.Connected.Contains(false));
        await Server.StartAgainAsync();
        await SubscribedAsync(other);
        await other.Heard.UntilAsync(heard => heard.Connected[^1]);

        var late = Node();
        await late.AppendAsync("account:a");
        await other.Heard.UntilAsync(heard => heard.Bells.Count == 1);
    }

    [Fact]
    public async Task WhoStartsWithoutRedisIsToldOnceItIsThere()
    {
        await Server.KillAsync();
        var other = Node().Listen();
        await Should.ThrowAsync<StackExchange.Redis.RedisConnectionException>(async () => await other.HeadAsync());
        await Server.StartAgainAsync();
        await SubscribedAsync(other);

        await Node().AppendAsync("account:a");
        await other.Heard.UntilAsync(heard => heard.Bells.Count == 1);
        (await other.HeadAsync()).Position.ShouldBe(1);
    }

    /// <summary>It was done, and is appended again by its id.</summary>
    [Fact]
    public async Task AnAppendWhoseAnswerIsLostIsNotDoubled()
    {
        await using var proxy = TcpProxy.To(Server);
        var (node, other) = (Owned(new LogNode(proxy.ConnectionString)), Node());
        await node.AppendAsync("account:a");
        var draft = LogNode.Expire("account:b");
        proxy.HoldBack();
        using var giveUp = new CancellationTokenSource();
        var lost = node.Log.AppendAsync(new AppendRequest(node.Id, LogNode.Writer, [draft]), giveUp.Token).AsTask();
        await UntilHeadAsync(other, 2);
        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(lost);
        proxy.Cut();
        proxy.Mend();

        (await other.AppendAsync(draft)).Records.Single().Position.ShouldBe(2);
        (await other.HeadAsync()).Position.ShouldBe(2);
    }

    /// <summary>The other direction: given up, and done later all the same.</summary>
    [Fact]
    public async Task AnAppendThatIsHeldUpOnItsWayIsNotDoubledEither()
    {
        await using var proxy = TcpProxy.To(Server);
        var (node, other) = (Owned(new LogNode(proxy.ConnectionString)), Node());
        await node.AppendAsync("account:a");
        var draft = LogNode.Expire("account:b");
        proxy.HoldTowards();
        using var giveUp = new CancellationTokenSource();
        var late = node.Log.AppendAsync(new AppendRequest(node.Id, LogNode.Writer, [draft]), giveUp.Token).AsTask();
        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(late);
        (await other.AppendAsync(draft)).Records.Single().Position.ShouldBe(2);
        proxy.Mend();
        await node.HeadAsync(); // behind the late one on the same connection

        (await other.HeadAsync()).Position.ShouldBe(2);
    }

    private static async Task UntilHeadAsync(LogNode node, long position)
    {
        var watchdog = Watchdog.Token;
        while ((await node.HeadAsync()).Position < position) watchdog.ThrowIfCancellationRequested();
    }

    /// <summary>Completes once the server counts the node among the bell's subscribers.</summary>
    private async Task SubscribedAsync(LogNode node, string prefix = "")
    {
        var watchdog = Watchdog.Token;
        while (!(await Server.RunAsync("PUBSUB", "NUMSUB", prefix + node.Log.Keys.Bell)).EndsWith("\n1", StringComparison.Ordinal)
            && !(await Server.RunAsync("PUBSUB", "NUMSUB", prefix + node.Log.Keys.Bell)).EndsWith("\n2", StringComparison.Ordinal))
            watchdog.ThrowIfCancellationRequested();
    }
}
