using Dapper;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace BillingDesk.Tests.Scenarios;

/// <summary>S23 and S24: what holds when everything else fails.</summary>
public sealed class SafetyNetTests
{
    [Theory]
    [InlineData("Freshet:Policies:account-summary:TimeToLive", "00:00:00", "account-summary", CatalogFaultKind.TimeToLive)]
    [InlineData("Freshet:Policies:account-summary:TimeToLive", "00:10:01", "account-summary", CatalogFaultKind.LooserThanLevel)]
    [InlineData("Freshet:Policies:recommendations:TimeToLive", "1.00:00:01", "recommendations", CatalogFaultKind.TimeToLive)]
    public async Task S23_ATimeToLiveThatIsMissingOrAboveTheMaximumFailsAtStartUpWithTheQuerysName(
        string key, string value, string query, CatalogFaultKind kind)
    {
        var refused = await Should.ThrowAsync<CatalogException>(() => DeskHost.StartAsync(arguments: [$"--{key}", value]));

        var fault = refused.Faults.ShouldHaveSingleItem();
        (fault.Declaration, fault.Kind).ShouldBe((query, kind));
        refused.Message.ShouldContain(query);
    }

    [Fact]
    public async Task S23_ADeclarationWithoutATimeToLiveFailsAtStartUpWithTheQuerysName()
    {
        var refused = await Should.ThrowAsync<CatalogException>(() =>
            DeskHost.StartAsync(builder => builder.Services.AddFreshet().Add<FaultyCatalog>()));

        refused.Faults.Select(fault => fault.Declaration).Order().ShouldBe(["lives-forever", "lives-too-long"]);
    }

    [Fact]
    public async Task S23_AnInvalidationThatWasLostForGoodHealsByTheTimeToLive()
    {
        await using var desk = await DeskHost.StartAsync();
        var (summary, card, recommendations) = (Panels.Summary("acc_88"), Panels.Card("acc_88"), Panels.Recommendations("acc_88"));
        await desk.WarmAsync(summary, card, recommendations);
        await WriteBehindTheBackAsync(desk, "UPDATE subscriptions SET plan_id = 'plan_scale', plan_name = 'Scale' WHERE account_id = 'acc_88'");
        await WriteBehindTheBackAsync(desk, "UPDATE accounts SET name = 'Anew' WHERE id = 'acc_88'");

        // Jitter is 10 % either way: just before 0.9 of it nothing has died, just after 1.1 everything has.
        await AdvanceToAsync(TimeSpan.FromMinutes(2) * 0.89, [summary, card, recommendations]);
        await AdvanceToAsync(TimeSpan.FromMinutes(2) * 1.11, [card, recommendations]);
        (await desk.ReadAsync<AccountSummary>(summary)).Value.PlanName.ShouldBe("Scale");
        await AdvanceToAsync(TimeSpan.FromMinutes(10) * 0.89, [card, recommendations]);
        await AdvanceToAsync(TimeSpan.FromMinutes(10) * 1.11, [recommendations]);
        (await desk.ReadAsync<DashboardCard>(card)).Value.Name.ShouldBe("Anew");
        await AdvanceToAsync(TimeSpan.FromHours(1) * 0.89, [recommendations]);
        await AdvanceToAsync(TimeSpan.FromHours(1) * 1.11, []);
        (await desk.ReadAsync<List<Recommendation>>(recommendations)).Value.ShouldContain(row => row.Title == "Book your training day");

        async Task AdvanceToAsync(TimeSpan age, string[] alive)
        {
            desk.Time.Advance(age - new TimeSpan(desk.Time.GetTimestamp()));
            foreach (var path in alive) (await desk.ReadAsync<object>(path)).Result.ShouldBe("hit", $"{path} at {age}");
        }
    }

    [Fact]
    public async Task AStatusThatDependsOnTheDayChangesAtMidnightThoughNothingWasWritten()
    {
        await using var desk = await DeskHost.StartAsync();
        await WriteBehindTheBackAsync(desk, "UPDATE invoices SET due_on = '2026-01-15', paid_at = NULL WHERE account_id = 'acc_88'");
        desk.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(30));
        string[] shown =
        [
            Panels.List("acc_88"), Panels.Search("acc_88", "BD"), Panels.Invoice(SampleIds.ShowcaseInvoice), Panels.Summary("acc_88"), Panels.Badge("acc_88"),
        ];
        await desk.WarmAsync([.. shown, Panels.Card("acc_88")]);
        (await desk.Http.GetStringAsync(Panels.Search("acc_88", "BD"))).ShouldNotContain("past_due");

        desk.Time.Advance(TimeSpan.FromSeconds(31));

        await desk.ShouldReloadOnlyAsync([.. shown, Panels.Card("acc_88")], shown);
        foreach (var path in shown) (await desk.Http.GetStringAsync(path)).ShouldContain("past_due");
    }

    [Fact]
    public async Task S24_AThousandReadersOfOneColdKeyCauseOneLoad()
    {
        const int Readers = 1_000;
        var gate = new LoadGate("account-summary", Held.BeforeReading);
        var arrived = new CountdownEvent(Readers);
        await using var desk = await DeskHost.StartAsync(
            builder =>
            {
                gate.AddTo(builder);
                builder.Services.AddSingleton<Microsoft.AspNetCore.Hosting.IStartupFilter>(new Arrivals(arrived));
            });

        var readers = Enumerable.Range(0, Readers).Select(_ => desk.Http.GetFromJsonAsync<AccountSummary>(Panels.Summary("acc_88"))).ToArray();
        await Task.Run(() => arrived.Wait(TimeSpan.FromMinutes(1)).ShouldBeTrue());
        gate.Open(); // the load is held back until everybody is there, so nobody comes late to a finished one
        var summaries = await Task.WhenAll(readers);

        gate.Begun.ShouldBe(1);
        desk.Meter.Loads.ShouldBe(1);
        summaries.Distinct().ShouldHaveSingleItem()!.AccountId.ShouldBe("acc_88");
        arrived.Dispose();
    }

    private static async Task WriteBehindTheBackAsync(DeskHost desk, string sql)
    {
        await using var connection = await desk.Services.GetRequiredService<BillingDeskDatabase>().OpenAsync();
        (await connection.ExecuteAsync(sql)).ShouldBeGreaterThan(0);
    }

    private sealed class FaultyCatalog() : Catalog("faulty-team")
    {
        public static readonly CachedQuery<string, int> Forever = new CachedQuery<string, int>("lives-forever", RiskLevel.Low)
            .WithPolicy(policy => policy with { TimeToLive = TimeSpan.Zero })
            .LoadWith((string _, CancellationToken _) => Task.FromResult(1));

        public static readonly CachedQuery<string, int> TooLong = new CachedQuery<string, int>("lives-too-long", RiskLevel.Low)
            .WithPolicy(policy => policy with { TimeToLive = TimeSpan.FromDays(2) })
            .LoadWith((string _, CancellationToken _) => Task.FromResult(1));
    }

    /// <summary>Counts the requests that have reached the server, in front of everything else.</summary>
    private sealed class Arrivals(CountdownEvent arrived) : Microsoft.AspNetCore.Hosting.IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((HttpContext http, RequestDelegate rest) =>
            {
                arrived.Signal();
                return rest(http);
            });
            next(app);
        };
    }
}
