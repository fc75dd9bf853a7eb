using Microsoft.Extensions.Logging;

namespace Freshet.Redis.Tests.Errors;

/// <summary>What is wrong with a server is said in words that name what to change, at start-up where it can be known then.</summary>
public sealed class FaultTests : RedisTest
{
    [Theory]
    [InlineData("")]
    [InlineData(",password=wrong")]
    public async Task AWrongOrMissingPassword(string password)
    {
        await using var server = await RedisServer.StartAsync("--requirepass", "right");
        var node = Owned(new LogNode(server.ConnectionString + password));

        await ShouldBeAsync(node, RedisFault.Denied, "redis-denied", "password", isTransient: false);
        await Owned(new LogNode(server.ConnectionString + ",password=right")).Log.CheckAsync(Watchdog.Token);
    }

    [Fact]
    public async Task AUserWithoutTheCommandsItNeeds()
    {
        await Server.RunAsync("ACL", "SETUSER", "default", "-info");
        await ShouldBeAsync(Node(), RedisFault.Denied, "redis-denied", "ACL", isTransient: false);
    }

    [Fact]
    public async Task AReplicaThatTakesNoWrites()
    {
        await using var replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1", $"{Server.Port}");

        await ShouldBeAsync(Owned(new LogNode(replica)), RedisFault.ReadOnly, "redis-read-only", "master", isTransient: true);
    }

    [Fact]
    public async Task AKeyspaceOfANewerFormatAndNothingInItIsTouched()
    {
        await Node().AppendAsync("account:a");
        await Server.RunAsync("HSET", Key("log"), "format", "3", "state", "of another layout");

        await ShouldBeAsync(Node(), RedisFault.NewerFormat, "redis-newer-format", "Upgrade", isTransient: false);
        (await Server.RunAsync("LLEN", Key("records"))).ShouldBe("1");
    }

    [Fact]
    public async Task AFullServer()
    {
        var node = Node();
        await node.AppendAsync("account:a");
        await node.HeadAsync();
        await Server.RunAsync("CONFIG", "SET", "maxmemory", "1");

        await ShouldBeAsync(node, RedisFault.Full, "redis-full", "maxmemory", isTransient: true, node.Lease());
        await node.HeadAsync(); // reading goes on

        await Server.RunAsync("CONFIG", "SET", "maxmemory", "0");
        (await node.AppendAsync("account:a")).Position.ShouldBe(2); // nothing was half appended, and the epoch is the same
    }

    [Fact]
    public async Task AServerWithoutScripts()
    {
        await using var server = await RedisServer.StartAsync("--rename-command", "EVAL", "", "--rename-command", "EVALSHA", "");
        await ShouldBeAsync(Owned(new LogNode(server)), RedisFault.Unfit, "redis-unfit", "Redis 6", isTransient: false);
    }

    [Fact]
    public async Task AServerWithoutACommandOfTheScripts()
    {
        await using var server = await RedisServer.StartAsync("--rename-command", "HMGET", "");
        await ShouldBeAsync(Owned(new LogNode(server)), RedisFault.Unfit, "redis-unfit", "Redis 6", isTransient: false);
    }

    [Fact]
    public async Task APolicyThatEvictsTheLogIsRefusedAtStart()
    {
        await Server.RunAsync("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        await Server.RunAsync("CONFIG", "SET", "maxmemory", "100mb");

        var error = await Should.ThrowAsync<RedisLogException>(async () => await Node().Log.CheckAsync(Watchdog.Token));
        (error.Fault, error.Code).ShouldBe((RedisFault.Evicts, "redis-evicts"));
        error.Message.ShouldContain("allkeys-lru");

        var node = Node(LogNode.Settings with { AcceptEviction = true });
        await node.Log.CheckAsync(Watchdog.Token);
        node.Lines.Lines.ShouldContain(line => line.Level == LogLevel.Warning && line.Text.Contains("allkeys-lru", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("noeviction", "100mb")]
    [InlineData("volatile-lru", "100mb")] // the log has no expiry, so it is spared
    [InlineData("allkeys-lru", "0")] // without a limit nothing is evicted
    public async Task APolicyThatSparesTheLogIsFine(string policy, string maxmemory)
    {
        await Server.RunAsync("CONFIG", "SET", "maxmemory-policy", policy);
        await Server.RunAsync("CONFIG", "SET", "maxmemory", maxmemory);
        var node = Node();
        await node.Log.CheckAsync(Watchdog.Token);

        node.Lines.Lines.ShouldNotContain(line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task ARecordThatIsTooLargeIsRefusedBeforeAnythingIsWritten()
    {
        var node = Node(LogNode.Settings with { MaxRecordBytes = 1024 });
        var large = new RecordDraft(RecordId.Next(), "Raise", "invoice.paid", new { Note = new string('x', 1024) }, [new Invalidation(LogNode.Tag("account:secret"), InvalidationKind.Expire, TimeSpan.Zero)]);
        var fits = large with { EventValue = new { Note = new string('x', 700) } };

        node.Log.Check(LogNode.Writer, fits);
        var error = Should.Throw<RecordTooLargeException>(() => node.Log.Check(LogNode.Writer, large));
        (error.Code, error.Call, error.Event, error.MaxBytes).ShouldBe(("record-too-large", "Raise", "invoice.paid", 1024));
        error.Bytes.ShouldBeGreaterThan(1024);
        error.Message.ShouldNotContain("secret");
        error.Message.ShouldContain("MaxRecordBytes");

        await Should.ThrowAsync<RecordTooLargeException>(async () => await node.AppendAsync(fits, large));
        (await node.HeadAsync()).Position.ShouldBe(0);
    }

    [Fact]
    public async Task AnEventThatCannotBeWrittenIsAppendedByItsName()
    {
        var node = Node();
        var reply = await node.AppendAsync(new RecordDraft(RecordId.Next(), "Raise", "invoice.paid", new Unwritable(), []));

        var read = (await node.ExchangeAsync((await node.HeadAsync()) with { Position = 0 })).Records.Single();
        (read.Event, read.EventData, reply.Records.Single().EventData).ShouldBe(("invoice.paid", null, null));
        node.Lines.Lines.ShouldContain(line => line.Level == LogLevel.Error && line.Text.Contains(nameof(Unwritable), StringComparison.Ordinal) && !line.Text.Contains("secret", StringComparison.Ordinal));
    }

    /// <summary>Away is not a fault: the application starts, and what is away counts.</summary>
    [Fact]
    public async Task AServerThatIsAwayIsNoFault()
    {
        await Server.KillAsync();
        var error = await Should.ThrowAsync<Exception>(async () => await Node().Log.CheckAsync(Watchdog.Token));

        error.ShouldNotBeAssignableTo<FreshetException>();
    }

    /// <summary>A server that stands still: whoever waits gives up, and the call may yet be done.</summary>
    [Fact]
    public async Task ACallIsGivenUpWithItsToken()
    {
        var node = Node();
        await node.HeadAsync();
        Server.Pause();
        using var giveUp = new CancellationTokenSource();
        var call = node.Log.ExchangeAsync(new ExchangeRequest(null, 1, null, false, []), giveUp.Token).AsTask();
        await giveUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(call);
        Server.Resume();
        (await node.HeadAsync()).Position.ShouldBe(0);
    }

    [Fact]
    public async Task AScriptThatTheServerForgotIsBroughtAgain()
    {
        var node = Node();
        await node.AppendAsync("account:a");
        await Server.RunAsync("SCRIPT", "FLUSH");

        (await node.AppendAsync("account:a")).Position.ShouldBe(2);
    }

    // While the client is still connecting, it knows no more than that it is not connected.
    private static async Task<RedisLogException> ToldByAsync(Func<Task> call)
    {
        var watchdog = Watchdog.Token;
        while (true)
        {
            try
            {
                await call();
            }
            catch (RedisLogException told)
            {
                return told;
            }
            catch (StackExchange.Redis.RedisConnectionException) when (!watchdog.IsCancellationRequested)
            {
                await Task.Delay(20, watchdog);
                continue;
            }
            throw new InvalidOperationException("The call succeeded.");
        }
    }

    private static async Task ShouldBeAsync(LogNode node, RedisFault fault, string code, string wayOut, bool isTransient, LeaseRow? lease = null)
    {
        foreach (var call in (Func<Task>[])[
            () => node.Log.CheckAsync(Watchdog.Token).AsTask(), () => node.ExchangeAsync(lease: lease).AsTask(), () => node.AppendAsync("account:a")])
        {
            var error = await ToldByAsync(call);
            (error.Fault, error.Code, error.IsTransient).ShouldBe((fault, code, isTransient));
            error.Message.ShouldContain(wayOut);
        }
    }

    private sealed class Unwritable
    {
#pragma warning disable CA1822 // A member of the event.
        public string Note => throw new InvalidOperationException("secret");
#pragma warning restore CA1822
    }
}
