using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Freshet.Redis;
using Freshet.Redis.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Freshet.Benchmarks.Redis;

public sealed record InvoicePaid(string InvoiceId, string AccountId);

/// <summary>An append, with nobody to wait for, beside a bare script that increments a number and publishes the same bytes.</summary>
internal static class Appends
{
    private const string Bare = "local n = redis.call('INCR', KEYS[1]) redis.call('PUBLISH', ARGV[1], ARGV[2]) return n";
    private const int Calls = 500;

    private static readonly Writer _writer = new(TriggerKind.UserAction, "POST /invoices/{id}/pay", "user_1", null);

    public static async Task PrintAsync()
    {
        await using var server = await RedisServer.StartAsync().ConfigureAwait(false);
        using var multiplexer = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString).ConfigureAwait(false);
        var counters = new RedisCounters(null);
        await using var connection = new RedisConnection(() => Task.FromResult<IConnectionMultiplexer>(multiplexer), isOurs: false, counters, NullLogger<RedisConnection>.Instance);
        var log = new RedisLogService(
            connection, counters,
            new LogSettings { Keyspace = "bench", MaxTimeToLive = TimeSpan.FromDays(1), RecordRetention = 100_000, IdWindow = TimeSpan.FromHours(1), MostRecordBytes = 65_536 },
            new EventData(new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() }), NullLogger<RedisLogService>.Instance);
        var node = NodeId.Create();
        await log.ExchangeAsync(new ExchangeRequest(null, 100, new LeaseRow(node, "bench", 1, 0, ["account"]), IsMature: false, []), default).ConfigureAwait(false);

        var database = multiplexer.GetDatabase();
        RedisKey[] keys = ["bench:n"];
        var payload = RecordJson.Write(_writer, DraftOf(0), """{"invoiceId":"inv_0","accountId":"acc_0"}""");
        RedisValue[] values = ["bench:bell", payload];
        await Rounds.ReportAsync(
            Calls,
            ("bare script: INCR, PUBLISH", _ => database.ScriptEvaluateAsync(Bare, keys, values)),
            ("append: one record, one tag", i => log.AppendAsync(new AppendRequest(node, _writer, [DraftOf(i)]), default).AsTask())).ConfigureAwait(false);
    }

    private static RecordDraft DraftOf(int i) => new(
        RecordId.Next(), "Raise", "invoice.paid", new InvoicePaid($"inv_{i}", $"acc_{i % 1_000}"),
        [new Invalidation(new Tag("account", $"account:acc_{i % 1_000}"), InvalidationKind.Expire, TimeSpan.Zero)]);
}
