namespace Freshet.Redis.Tests.Log;

/// <summary>A log that may have lost a record begins a new epoch, in the same step that finds it out (PROTOCOL 16, 17, 19).</summary>
public sealed class EpochTests : RedisTest
{
    private readonly RecordDraft _first = LogNode.Expire("account:a");
    private LogNode _node = null!;
    private LogPosition _before;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _node = Node();
        await _node.AppendAsync(_first, LogNode.MarkStale("account:b", TimeSpan.FromHours(1)), LogNode.Expire("account:c"));
        _before = await _node.HeadAsync();
        await _node.ExchangeAsync(_before, _node.Lease(), isMature: true);
    }

    [Fact]
    public async Task WithNothingLostTheEpochStays()
    {
        await _node.AppendAsync("account:a");
        await _node.FetchAsync("account:a");
        await _node.Log.LeasesAsync(Watchdog.Token);

        (await _node.HeadAsync()).ShouldBe(_before with { Position = 4 });
    }

    [Fact]
    public async Task TwoNodesThatMeetAnEmptyServerAgreeOnOneEpoch()
    {
        await Server.FlushAsync();
        var nodes = Enumerable.Range(0, 8).Select(_ => Node()).ToList();

        (await Task.WhenAll(nodes.Select(node => node.HeadAsync()))).Distinct().ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("log")]
    [InlineData("records")]
    [InlineData("marks:a")]
    [InlineData("marks:b")]
    public async Task APartThatIsGoneIsANewEpoch(string part)
    {
        await Server.RunAsync("DEL", Key(part));
        await ShouldHaveBegunAsync();
    }

    /// <summary>It costs a record appended twice, which invalidates its tags twice.</summary>
    [Theory]
    [InlineData("ids:a")]
    [InlineData("ids:b")]
    public async Task IdsThatAreGoneAreNoNewEpoch(string part)
    {
        await Server.RunAsync("DEL", Key(part));

        (await _node.HeadAsync()).ShouldBe(_before);
    }

    /// <summary>As when one key was copied back from elsewhere.</summary>
    [Theory]
    [InlineData("marks:a")]
    [InlineData("marks:b")]
    public async Task APartOfAnotherEpochIsANewEpoch(string part)
    {
        await Server.RunAsync("HSET", Key(part), "epoch", Epoch.Create().ToString());
        await ShouldHaveBegunAsync();
    }

    [Fact]
    public async Task ARecordThatIsGoneIsANewEpoch()
    {
        await Server.RunAsync("LPOP", Key("records"));
        await ShouldHaveBegunAsync();
    }

    [Fact]
    public async Task ARecordThatStandsWhereItWasNotPutIsANewEpoch()
    {
        await Server.RunAsync("LPOP", Key("records"));
        await Server.RunAsync("RPUSH", Key("records"), "9 1 {}");

        var reply = await _node.ExchangeAsync(_before with { Position = 0 });
        reply.Records.ShouldBeEmpty();
        reply.Head.Epoch.ShouldNotBe(_before.Epoch);
        reply.Head.Position.ShouldBe(0);
    }

    [Fact]
    public async Task AFlushIsANewEpoch()
    {
        await Server.FlushAsync();
        await ShouldHaveBegunAsync();
    }

    [Fact]
    public async Task AnEmptyRestartIsANewEpoch()
    {
        await Server.RestartAsync();
        await ShouldHaveBegunAsync(Node());
    }

    /// <summary>The whole log is there, as it was. But a record may have been appended and lost since, and no node need have seen it.</summary>
    [Fact]
    public async Task ARestartFromASnapshotThatHasEverythingIsANewEpoch()
    {
        await Server.SaveAsync();
        await Server.RestartAsync();
        (await Server.RunAsync("HGET", Key("log"), "state")).ShouldStartWith(_before.Epoch.ToString());

        await ShouldHaveBegunAsync(Node());
    }

    /// <summary>A node that stood at 3 and never saw 4 and 5 could not find out by numbers that the log went back and 4 and 5 are others now.</summary>
    [Fact]
    public async Task PositionsThatWereLostAndTakenAgainBelongToANewEpoch()
    {
        await Server.SaveAsync();
        await _node.AppendAsync(LogNode.Expire("account:lost"), LogNode.Expire("account:lost"));
        await Server.RestartAsync();
        var other = Node();
        for (var i = 0; i < 5; i++) await other.AppendAsync($"account:{i}");

        var reply = await other.ExchangeAsync(_before);
        reply.Head.Position.ShouldBe(5);
        reply.Head.Epoch.ShouldNotBe(_before.Epoch);
        reply.Records.ShouldBeEmpty();
    }

    /// <summary>What <c>run</c> guards: the replica has everything, but for what its master had not sent yet.</summary>
    [Fact]
    public async Task APromotedReplicaIsANewEpoch()
    {
        await using var replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1", $"{Server.Port}");
        var watchdog = Watchdog.Token;
        while (!(await replica.RunAsync("HGET", Key("log"), "state")).Contains(_before.Epoch.ToString(), StringComparison.Ordinal)) watchdog.ThrowIfCancellationRequested();
        await Server.KillAsync();
        await replica.RunAsync("REPLICAOF", "NO", "ONE");

        await using var node = new LogNode(replica);
        (await node.HeadAsync()).Epoch.ShouldNotBe(_before.Epoch);
    }

    [Fact]
    public async Task ARefusedEpochIsGivenUp()
    {
        var reply = await _node.ExchangeAsync(_before, refused: [Epoch.Create(), _before.Epoch]);

        reply.Head.Epoch.ShouldNotBe(_before.Epoch);
        reply.Head.Position.ShouldBe(0);
        (await _node.ExchangeAsync(_before, refused: [Epoch.Create(), _before.Epoch])).Head.ShouldBe(reply.Head);
    }

    [Fact]
    public async Task RefusingAnEpochThatTheLogHasLeftChangesNothing()
    {
        (await _node.ExchangeAsync(_before, refused: [Epoch.Create()])).Head.ShouldBe(_before);
    }

    /// <summary>Whichever call comes first.</summary>
    [Theory]
    [InlineData("append")]
    [InlineData("fetch")]
    [InlineData("leases")]
    [InlineData("remove")]
    [InlineData("check")]
    public async Task EveryScriptFindsOut(string call)
    {
        await Server.RunAsync("DEL", Key("marks:a"));
        switch (call)
        {
            case "append":
                var record = (await _node.AppendAsync(LogNode.Expire("account:z"))).Records.Single();
                (record.Position, record.Epoch == _before.Epoch).ShouldBe((1, false));
                return;
            case "fetch":
                var fetched = await _node.FetchAsync("account:c");
                (fetched.Head.Position, fetched.Head.Epoch == _before.Epoch).ShouldBe((0, false));
                return;
            case "leases":
                (await _node.Log.LeasesAsync(Watchdog.Token)).Rows.ShouldBeEmpty();
                break;
            case "remove":
                await _node.Log.RemoveLeasesAsync([_node.Lease()], Watchdog.Token);
                break;
            case "check":
                await _node.Log.CheckAsync(Watchdog.Token);
                break;
        }
        (await Server.RunAsync("HGET", Key("log"), "state")).ShouldNotStartWith(_before.Epoch.ToString());
    }

    /// <summary>An append that looks at no mark need not find out: what it sets does not make the part whole, so whoever looks does.</summary>
    [Theory]
    [InlineData("marks:a")]
    [InlineData("records")]
    public async Task AnAppendThatDoesNotLookLeavesItToTheNextThatDoes(string part)
    {
        await Server.RunAsync("DEL", Key(part));
        var record = (await _node.Log.AppendAsync(new AppendRequest(_node.Id, LogNode.Writer, [LogNode.Expire("account:z")]), Watchdog.Token)).Records.Single();
        (record.Position, record.Epoch).ShouldBe((4, _before.Epoch));

        await ShouldHaveBegunAsync();
    }

    /// <summary>PROTOCOL 13: nodes with a longer time to live are still there.</summary>
    [Fact]
    public async Task TheLongestTimeToLiveOutlivesTheEpoch()
    {
        await Node(LogNode.Settings with { MaxTimeToLive = TimeSpan.FromDays(3) }).HeadAsync();
        await Server.RunAsync("DEL", Key("marks:a"));

        (await _node.ExchangeAsync()).LongestTimeToLive.ShouldBe(TimeSpan.FromDays(3));
        (await Node(LogNode.Settings with { MaxTimeToLive = TimeSpan.FromDays(5) }).ExchangeAsync()).LongestTimeToLive.ShouldBe(TimeSpan.FromDays(5));
    }

    [Fact]
    public async Task AllKeysEvictedAtRandomEndInANewEpochAndNeverInAMarkThatIsMissing()
    {
        var database = await DatabaseAsync();
        await Server.RunAsync("CONFIG", "SET", "maxmemory-policy", "allkeys-random");
        await Server.RunAsync("CONFIG", "SET", "maxmemory", "3mb");
        var junk = new byte[10_000];
        for (var i = 0; await database.KeyExistsAsync(Key("marks:a")); i++)
        {
            i.ShouldBeLessThan(20_000);
            await database.StringSetAsync($"junk:{i}", junk);
        }

        var fetched = await _node.FetchAsync("account:a");
        fetched.Head.Epoch.ShouldNotBe(_before.Epoch);
    }

    private async Task ShouldHaveBegunAsync(LogNode? node = null)
    {
        node ??= _node;
        var reply = await node.ExchangeAsync(_before);
        reply.Head.Epoch.ShouldNotBe(_before.Epoch);
        (reply.Head.Position, reply.Oldest, reply.IsMature).ShouldBe((0, 1, false));
        reply.Records.ShouldBeEmpty();
        (await node.Log.LeasesAsync(Watchdog.Token)).Rows.ShouldBeEmpty();
        (await node.FetchAsync("account:a", "account:b")).Marks.ShouldAllBe(mark => mark.ExpiredAt == 0 && mark.StaleMarks.Count == 0);

        // What was appended before is not known any more, and is appended anew (PROTOCOL 24).
        var again = await node.AppendAsync(_first);
        again.Records.Single().Position.ShouldBe(1);
        again.Before.Values.ShouldBe([0L]);
        again.IsMature.ShouldBeFalse();
        (await node.ExchangeAsync(reply.Head)).Records.Single().Id.ShouldBe(_first.Id);
    }
}
