using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Freshet.Redis.Tests.SecondLevel;

/// <summary>The second level on a real server: what replaces what, how long it lives, and who has a lock.</summary>
public sealed class RedisSecondLevelTests : IAsyncLifetime
{
    private const string Key = "desk:summary:v1:acc_88";

    private readonly Epoch _epoch = Epoch.Create();
    private RedisServer _server = null!;
    private RedisConnection _connection = null!;
    private RedisSecondLevel _level = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        (_connection, _level) = Connect(_server.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task WhatWasStoredIsThereWithItsRemainingTime()
    {
        (await GetAsync()).ShouldBeNull();
        var bytes = Bytes(position: 7);
        (await SetAsync(bytes, 7)).ShouldBeTrue();

        var stored = (await GetAsync()).ShouldNotBeNull();
        stored.Bytes.ToArray().ShouldBe(bytes);
        stored.Remaining!.Value.ShouldBeInRange(TimeSpan.FromSeconds(50), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task ItIsNeverReplacedByWhatWasLoadedEarlier()
    {
        await SetAsync(Bytes(7), 7);
        (await SetAsync(Bytes(6), 6)).ShouldBeFalse();
        (await PositionAsync()).ShouldBe(7);
        (await SetAsync(Bytes(7), 7)).ShouldBeTrue("loaded at the same position: either will do");
        (await SetAsync(Bytes(300), 300)).ShouldBeTrue("compared as numbers: in bytes 300 is 1 44, and 7 is 7");
        (await PositionAsync()).ShouldBe(300);
        (await SetAsync(Bytes(1L << 40), 1L << 40)).ShouldBeTrue();
        (await SetAsync(Bytes((1L << 40) - 1), (1L << 40) - 1)).ShouldBeFalse();
    }

    [Fact]
    public async Task OfTwoEpochsTheNewcomerWins()
    {
        await SetAsync(Bytes(7), 7);
        var other = Epoch.Create();

        (await _level.SetAsync(Key, new LogPosition(other, 1), TimeSpan.FromMinutes(1), EntryOf(new LogPosition(other, 1)), Watchdog.Token)).ShouldBeTrue();
        (await PositionAsync()).ShouldBe(1);
    }

    [Theory]
    [InlineData("SET", "short")]
    [InlineData("SET", "somebody else's text, longer than the part of an entry that is compared")]
    [InlineData("RPUSH", "of another type")]
    public async Task WhatIsNoEntryIsReadAsBytesAndReplaced(string command, string value)
    {
        await _server.RunAsync(command, RedisSecondLevel.EntryKey(Key), value);
        var stored = await GetAsync();
        stored.ShouldNotBeNull();
        EntryCodec.TryRead(Key, stored.Value.Bytes, out _, out _).ShouldBeFalse();

        (await SetAsync(Bytes(7), 7)).ShouldBeTrue();
        (await PositionAsync()).ShouldBe(7);
    }

    [Fact]
    public async Task WhatIsKeptForGoodIsToldSo()
    {
        await SetAsync(Bytes(7), 7);
        await _server.RunAsync("PERSIST", RedisSecondLevel.EntryKey(Key));

        (await GetAsync()).ShouldNotBeNull().Remaining.ShouldBeNull();
    }

    [Fact]
    public async Task AnEntryDiesByItself()
    {
        await _level.SetAsync(Key, new LogPosition(_epoch, 7), TimeSpan.FromMilliseconds(1), Bytes(7), Watchdog.Token);

        await UntilAsync(async () => await GetAsync() is null);
        (await _server.RunAsync("EXISTS", RedisSecondLevel.EntryKey(Key))).ShouldBe("0");
    }

    [Fact]
    public async Task OneHolderHasALock()
    {
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        (await LockAsync(first)).ShouldBeTrue();
        (await LockAsync(second)).ShouldBeFalse();
        await _level.UnlockAsync(Key, second, Watchdog.Token);
        (await LockAsync(second)).ShouldBeFalse("nobody gives back another's");
        await _level.UnlockAsync(Key, first, Watchdog.Token);
        (await LockAsync(second)).ShouldBeTrue();
    }

    [Fact]
    public async Task ALockThatIsNotGivenBackLapses()
    {
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        (await _level.TryLockAsync(Key, first, TimeSpan.FromMilliseconds(20), Watchdog.Token)).ShouldBeTrue();

        await UntilAsync(() => LockAsync(second).AsTask());
        await _level.UnlockAsync(Key, first, Watchdog.Token); // its own is long gone
        (await LockAsync(first)).ShouldBeFalse();
    }

    [Fact]
    public async Task WhoWaitsOnAnotherNodeIsTold()
    {
        var (connection, other) = Connect(_server.ConnectionString);
        await using var _ = connection;
        var holder = Guid.NewGuid();
        await LockAsync(holder);
        var told = other.WhenUnlockedAsync(Key, Watchdog.Token);
        var elsewhere = other.WhenUnlockedAsync("desk:summary:v1:acc_89", Watchdog.Token);
        await UntilAsync(async () => await _server.RunAsync("PUBSUB", "NUMSUB", "freshet:{desk}:unlock") is var count && count.EndsWith('1'));

        await _level.UnlockAsync(Key, holder, Watchdog.Token);

        await told;
        elsewhere.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task AnEntryAndItsLockShareASlotAndTwoEntriesNeedNot()
    {
        RedisSecondLevel.EntryKey(Key).ShouldBe("freshet:e:{desk:summary:v1:acc_88}");
        RedisSecondLevel.LockKey(Key).ShouldBe("freshet:l:{desk:summary:v1:acc_88}");
        var multiplexer = await _connection.GetAsync(Watchdog.Token);
        multiplexer.HashSlot(RedisSecondLevel.EntryKey(Key)).ShouldBe(multiplexer.HashSlot(RedisSecondLevel.LockKey(Key)));
        multiplexer.HashSlot(RedisSecondLevel.EntryKey(Key)).ShouldNotBe(multiplexer.HashSlot(RedisSecondLevel.EntryKey("desk:summary:v1:acc_89")));
    }

    [Fact]
    public async Task AServerThatForgotItsScriptsIsTaughtThemAgain()
    {
        await SetAsync(Bytes(7), 7);
        await _server.RunAsync("SCRIPT", "FLUSH");

        (await SetAsync(Bytes(8), 8)).ShouldBeTrue();
    }

    private static (RedisConnection, RedisSecondLevel) Connect(string connectionString)
    {
        var (lines, counters) = (new CollectedLog(), new RedisCounters(null));
        var connection = new RedisConnection(async () => await ConnectionMultiplexer.ConnectAsync(connectionString), isOurs: true, TimeProvider.System, counters, new Logger<RedisConnection>(lines));
        return (connection, new RedisSecondLevel(connection, counters, "desk", new Logger<RedisSecondLevel>(lines)));
    }

    private byte[] Bytes(long position) => EntryOf(new LogPosition(_epoch, position));

    private static byte[] EntryOf(LogPosition loaded) => EntryCodec.Write(
        Key, new EntryHeader(loaded, null, 1, 0, 60_000, 3, false, [LogNode.Tag("account:acc_88")]), PackedPayload.Pack("payload"u8.ToArray(), 4_096));

    private ValueTask<StoredBytes?> GetAsync() => _level.GetAsync(Key, Watchdog.Token);

    private ValueTask<bool> SetAsync(byte[] bytes, long position) => _level.SetAsync(Key, new LogPosition(_epoch, position), TimeSpan.FromMinutes(1), bytes, Watchdog.Token);

    private ValueTask<bool> LockAsync(Guid holder) => _level.TryLockAsync(Key, holder, TimeSpan.FromMinutes(1), Watchdog.Token);

    private async Task<long> PositionAsync()
    {
        EntryCodec.TryRead(Key, (await GetAsync()).ShouldNotBeNull().Bytes, out var header, out _).ShouldBeTrue();
        return header.Loaded.Position;
    }

    // The server's own clock and news: looked for until they are there, or the watchdog ends it.
    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var watchdog = Watchdog.Token;
        while (!await isSo()) watchdog.ThrowIfCancellationRequested();
    }
}
