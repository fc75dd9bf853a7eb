using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Freshet.Redis;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Freshet.Benchmarks.Redis;

/// <summary>The log itself, without a node around it.</summary>
internal sealed class LogClient : IAsyncDisposable
{
    private static readonly Writer _writer = new(TriggerKind.UserAction, "POST /invoices/{id}/pay", "user_1", null);

    private readonly RedisConnection _connection;

    public LogClient(Func<Task<IConnectionMultiplexer>> connect, string keyspace, TimeSpan? maxTimeToLive = null, int retention = 100_000, TimeSpan? margin = null, TimeSpan? idWindow = null)
    {
        var counters = new RedisCounters(null);
        _connection = new RedisConnection(connect, isOurs: true, TimeProvider.System, counters, NullLogger<RedisConnection>.Instance);
        Log = new RedisLogService(
            _connection, counters,
            new LogSettings
            {
                Keyspace = keyspace,
                MaxTimeToLive = maxTimeToLive ?? TimeSpan.FromDays(1),
                RecordRetention = retention,
                IdWindow = idWindow ?? TimeSpan.FromHours(1),
                MaxRecordBytes = 65_536,
                MarkMargin = margin ?? TimeSpan.FromMinutes(1),
            },
            new EventData(new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() }), NullLogger<RedisLogService>.Instance);
    }

    public NodeId Id { get; } = NodeId.Create();

    public RedisLogService Log { get; }

    public static RecordDraft DraftOf(int i, int accounts = 1_000) => new(
        RecordId.Next(), "Raise", "invoice.paid", new InvoicePaid($"inv_{i}", $"acc_{i % accounts}"),
        [new Invalidation(new Tag("account", $"account:acc_{i % accounts}"), InvalidationKind.Expire, TimeSpan.Zero)]);

    public static byte[] RecordOf(RecordDraft draft) => RecordJson.Write(_writer, draft, """{"invoiceId":"inv_0","accountId":"acc_0"}""");

    public ValueTask<AppendReply> AppendAsync(params RecordDraft[] drafts) => Log.AppendAsync(new AppendRequest(Id, _writer, drafts), default);

    public ValueTask<ExchangeReply> ExchangeAsync() => Log.ExchangeAsync(new ExchangeRequest(null, 100, null, IsMature: false, []), default);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
