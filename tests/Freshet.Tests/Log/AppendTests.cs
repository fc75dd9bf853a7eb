using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Log;

/// <summary>Records that an outbox keeps may be appended by an action and by a relay.</summary>
public sealed class AppendTests
{
    private static readonly Writer _relay = new(TriggerKind.Job, "relay", null, null);

    [Fact]
    public async Task ADurableRecordAppendedAgainKeepsItsPlace()
    {
        await using var app = TestApp.Start();
        var log = app.Services.GetRequiredService<FreshnessLog>();
        var (first, second) = (Durable("a"), Durable("b"));
        await log.AppendAsync(_relay, [first]);

        var appended = await log.AppendAsync(_relay, [second, first]);

        appended.Records.Select(record => (record.Id, record.Position)).ShouldBe([(first.Id, 1), (second.Id, 2)], "the last one is what a token names");
        log.Position.Position.ShouldBe(2);
        (await log.AppendAsync(_relay, [first])).Records.Single().Position.ShouldBe(1);
        log.Position.Position.ShouldBe(2);
    }

    [Fact]
    public async Task OnlySoManyIdsAreRemembered()
    {
        await using var app = TestApp.Start();
        var log = app.Services.GetRequiredService<FreshnessLog>();
        var first = Durable("a");
        await log.AppendAsync(_relay, [first]);
        await log.AppendAsync(_relay, [.. Enumerable.Range(0, AppendedIds.Capacity - 1).Select(_ => Durable("b"))]);
        (await log.AppendAsync(_relay, [first])).Records.Single().Position.ShouldBe(1);

        await log.AppendAsync(_relay, [Durable("b")]);

        (await log.AppendAsync(_relay, [first])).Records.Single().Position.ShouldBeGreaterThan(1, "the memory is bounded, and a second invalidation is safe");
    }

    [Fact]
    public async Task ARecordIsWhoseDraftSaysItIs()
    {
        await using var app = TestApp.Start();
        var log = app.Services.GetRequiredService<FreshnessLog>();
        var record = (await log.AppendAsync(_relay, [Durable("a") with { By = new Writer(TriggerKind.Webhook, "provider", "clerk", "00-1-2-01") }])).Records.Single();
        (record.Trigger, record.Action, record.Actor, record.TraceParent, record.EventData).ShouldBe((TriggerKind.Webhook, "provider", "clerk", "00-1-2-01", """{"id":"a"}"""));
    }

    private static RecordDraft Durable(string id) =>
        new(RecordId.Next(), "Raise", "thing.changed", null, [new Invalidation(Things.Thing.For(id), InvalidationKind.Expire, TimeSpan.Zero)]) { IsDurable = true, EventData = $$"""{"id":"{{id}}"}""" };
}
