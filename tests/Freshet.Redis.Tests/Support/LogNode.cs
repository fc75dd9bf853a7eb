using Microsoft.Extensions.Logging;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using StackExchange.Redis;

namespace Freshet.Redis.Tests;

/// <summary>One node's way to the log, with what it was told.</summary>
internal sealed class LogNode : IAsyncDisposable
{
    public static readonly Writer Writer = new(TriggerKind.UserAction, "POST /pay", "user_1", null);

    public static readonly LogSettings Settings = new()
    {
        Keyspace = "desk",
        MaxTimeToLive = TimeSpan.FromDays(1),
        RecordRetention = 100_000,
        IdWindow = TimeSpan.FromHours(1),
        MaxRecordBytes = 65_536,
    };

    private readonly RedisConnection _connection;

    public LogNode(string connectionString, LogSettings? settings = null, RedisCounters? counters = null)
    {
        counters ??= new RedisCounters(null);
        _connection = new RedisConnection(async () => await ConnectionMultiplexer.ConnectAsync(connectionString), isOurs: true, TimeProvider.System, counters, new Logger<RedisConnection>(Lines));
        Log = new RedisLogService(
            _connection, counters, settings ?? Settings,
            new EventData(new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() }), new Logger<RedisLogService>(Lines));
    }

    public LogNode(RedisServer server, LogSettings? settings = null, RedisCounters? counters = null) : this(server.ConnectionString, settings, counters)
    {
    }

    public NodeId Id { get; } = NodeId.Create();

    public RedisLogService Log { get; }

    public CollectedLog Lines { get; } = new();

    public Heard Heard { get; } = new();

    public static RecordDraft Expire(params string[] tags) => Draft([.. tags.Select(tag => new Invalidation(Tag(tag), InvalidationKind.Expire, TimeSpan.Zero))]);

    public static RecordDraft MarkStale(string tag, TimeSpan deadline) => Draft(new Invalidation(Tag(tag), InvalidationKind.MarkStale, deadline));

    public static RecordDraft Draft(params Invalidation[] invalidations) => new(RecordId.Next(), "UpdateTag", null, null, invalidations);

    public static Tag Tag(string text) => new(text.Split(':')[0], text);

    public LogNode Listen()
    {
        Log.Listen(Heard);
        return this;
    }

    public ValueTask<AppendReply> AppendAsync(params RecordDraft[] drafts) => Log.AppendAsync(new AppendRequest(Id, Writer, drafts) { WantsBefore = true }, Watchdog.Token);

    /// <summary>Appends one record that expires one tag.</summary>
    public async Task<LogRecord> AppendAsync(string tag) => (await AppendAsync(Expire(tag))).Records.Single();

    public ValueTask<ExchangeReply> ExchangeAsync(LogPosition? known = null, LeaseRow? lease = null, bool isMature = false, int most = 10_000, params Epoch[] refused) =>
        Log.ExchangeAsync(new ExchangeRequest(known, most, lease, isMature, refused), Watchdog.Token);

    public async Task<LogPosition> HeadAsync() => (await ExchangeAsync()).Head;

    public ValueTask<FetchedMarks> FetchAsync(params string[] tags) => Log.FetchMarksAsync([.. tags.Select(Tag)], Watchdog.Token);

    public LeaseRow Lease(long renewal = 1, long acknowledged = 0, string name = "web 1", params string[] kinds) => new(Id, name, renewal, acknowledged, kinds);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}

/// <summary>So that a test that hangs fails instead.</summary>
internal static class Watchdog
{
    public static CancellationToken Token => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;
}
