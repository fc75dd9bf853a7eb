using Freshet.Tests;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Freshet.AspNetCore.Tests.Health;

/// <summary>The health check says whether this node follows its log.</summary>
public sealed class FreshetHealthTests
{
    private static readonly string[] _data = ["epoch", "holdsLease", "isAway", "lag", "pendingRecords", "position", "unconfirmedSeconds"];

    [Fact]
    public async Task A_log_of_one_process_is_healthy()
    {
        await using var app = await StartAsync(null);

        var report = await CheckAsync(app);

        report.Status.ShouldBe(HealthStatus.Healthy);
        report.Data.Keys.Order().ShouldBe(_data);
        report.Data["holdsLease"].ShouldBe(true);
    }

    [Fact]
    public async Task A_node_at_the_head_of_its_log_is_healthy()
    {
        await using var app = await StartAsync(new StubLog());

        (await CheckAsync(app)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task While_the_log_is_away_or_records_are_pending_it_is_degraded()
    {
        var log = new StubLog();
        await using var app = await StartAsync(log);
        log.IsAway = true;
        await app.Client.WriteAsync("/invoices/inv_1/pay");
        await ExchangeAsync(app);

        var away = await CheckAsync(app);

        away.Status.ShouldBe(HealthStatus.Degraded);
        away.Data["isAway"].ShouldBe(true);
        away.Data["pendingRecords"].ShouldBe(1);
        away.Description!.ShouldContain("cannot be reached");
        away.Description!.ShouldContain("1 records wait");
    }

    [Fact]
    public async Task A_node_that_lags_further_than_allowed_is_what_it_was_set_to_be()
    {
        var log = new StubLog { Rings = false };
        await using var app = await StartAsync(log, health => health.AddFreshet(maxLag: 1, failureStatus: HealthStatus.Unhealthy));
        var held = log.Holds = new StubLog.Held();
        try
        {
            var tag = new Invalidation(Desk.InvoiceTag.For("inv_1"), InvalidationKind.Expire, TimeSpan.Zero);
            var writer = new Writer(TriggerKind.Job, "elsewhere", null, null);
            RecordDraft Draft() => new(RecordId.Next(), "Raise", null, null, [tag]);
            await log.Connect().AppendAsync(new AppendRequest(NodeId.Create(), writer, [Draft(), Draft()]), default);
            var exchange = ExchangeAsync(app);
            await held.Reached;

            var report = await CheckAsync(app);

            report.Status.ShouldBe(HealthStatus.Unhealthy);
            report.Data["lag"].ShouldBe(2);
            report.Description!.ShouldContain("2 records behind");
            report.Data["isAway"].ShouldBe(false);
            log.Holds = null;
            held.Fail();
            await exchange;
        }
        finally
        {
            log.Holds = null;
            held.Fail();
        }
    }

    [Fact]
    public async Task An_outbox_that_falls_behind_or_sets_rows_aside_is_told_of()
    {
        using var outbox = new MemoryOutbox();
        await using var app = await StartAsync(null, outbox: outbox);
        (await CheckAsync(app)).Status.ShouldBe(HealthStatus.Healthy);

        outbox.State = new OutboxState(7, TimeSpan.FromSeconds(31), SetAside: 2, IsAway: true);

        var report = await CheckAsync(app);
        report.Status.ShouldBe(HealthStatus.Degraded);
        (report.Data["outboxBacklog"], report.Data["outboxBacklogSeconds"], report.Data["outboxSetAside"]).ShouldBe((7L, 31d, 2L));
        report.Description!.ShouldContain("7 committed rows of the outbox are not appended, the oldest for 31 s");
        report.Description!.ShouldContain("2 rows of the outbox cannot be appended");
        report.Description!.ShouldContain("the outbox's database cannot be reached");
        outbox.State = new OutboxState(7, TimeSpan.FromSeconds(30), SetAside: 0, IsAway: false);
        (await CheckAsync(app)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public void What_is_out_of_range_is_refused()
    {
        var health = new ServiceCollection().AddHealthChecks();

        Should.Throw<ArgumentOutOfRangeException>(() => health.AddFreshet(maxLag: -1));
        Should.Throw<ArgumentException>(() => health.AddFreshet(name: " "));
    }

    private static ValueTask<Standing> ExchangeAsync(TestApp app) => ((SharedLog)app.Freshet.Log).CatchUpAsync(null, 0, TimeSpan.FromSeconds(30), default);

    private static async Task<HealthReportEntry> CheckAsync(TestApp app) =>
        (await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["freshet"];

    private static Task<TestApp> StartAsync(StubLog? log, Action<IHealthChecksBuilder>? add = null, IOutbox? outbox = null) => TestApp.StartAsync(app => app.MapPay(), builder =>
    {
        (add ?? (health => health.AddFreshet()))(builder.Services.AddHealthChecks());
        builder.Services.AddSingleton<TimeProvider>(new TestTimeProvider()); // so that no exchange runs into its limit
        if (log is not null) builder.Services.AddSingleton(log.Connect());
        if (outbox is not null) builder.Services.AddSingleton(outbox);
    });
}
