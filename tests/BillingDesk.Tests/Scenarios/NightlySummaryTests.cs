using BillingDesk.Accounts;
using Freshet;
using Microsoft.Extensions.DependencyInjection;

namespace BillingDesk.Tests.Scenarios;

/// <summary>S11 within one process: a job rebuilds what nobody waits for.</summary>
public sealed class NightlySummaryTests
{
    private const string Account = SampleIds.Showcase;
    private const string Path = $"/api/accounts/{Account}/nightly-summary";

    [Fact]
    public async Task S11_TheFirstReaderOfTheMorningGetsYesterdaysOnceAndNothingIsRecomputedBeforeSomebodyReads()
    {
        await using var desk = await DeskHost.StartAsync();
        var yesterday = (await desk.ReadAsync<NightlySummary>(Path)).Value;
        await desk.WriteAsync(HttpMethod.Post, $"/api/invoices/{SampleIds.ShowcaseInvoice}/pay");
        (await desk.ReadAsync<NightlySummary>(Path)).Result.ShouldBe("hit", "a payment by day is no news of the night");
        var (position, loads) = (desk.Position, desk.Meter.Loads);

        await desk.Services.GetRequiredService<NightlySummaryJob>().RunAsync(CancellationToken.None);

        var record = (await desk.RecordsAsync(position)).ShouldHaveSingleItem();
        (record.Trigger, record.Action, record.Event).ShouldBe((TriggerKind.Job, "nightly-summary", "summaries.rebuilt"));
        record.Invalidations.Count.ShouldBe(120);
        record.Invalidations.ShouldAllBe(each => each.Tag.Kind == "nightly-summary" && each.Kind == InvalidationKind.MarkStale && each.Deadline == Profile.Hours.Expire);
        desk.Meter.Loads.ShouldBe(loads, "nobody has read yet");

        var next = await desk.ReadAsync<NightlySummary>(Path);
        next.Result.ShouldContain("stale");
        next.Value.ShouldBe(yesterday);
        while (next.Result.Contains("stale", StringComparison.Ordinal)) next = await desk.ReadAsync<NightlySummary>(Path);
        next.Value.OpenInvoices.ShouldBe(yesterday.OpenInvoices - 1);
        desk.Meter.Loads.ShouldBe(loads + 1, "one load, for the one account that somebody read");
    }

    [Fact]
    public async Task TheJobRunsAtItsTimeOfDayAndAgainTheNextNight()
    {
        await using var desk = await DeskHost.StartAsync(arguments: ["--BillingDesk:NightlyAt", "02:00"]);
        var midnight = desk.Time.GetUtcNow();
        midnight.TimeOfDay.ShouldBe(TimeSpan.Zero);
        foreach (var (night, wait) in new[] { (0, TimeSpan.FromHours(2)), (1, TimeSpan.FromDays(1)) })
        {
            await desk.Time.WhenTimerSetAsync(wait);
            desk.Time.Advance(wait);
            (await desk.NextRecordAsync(after: night)).Event.ShouldBe("summaries.rebuilt");
            (await desk.ReadAsync<NightlySummary>(Path)).Value.MadeAt.ShouldBe(midnight.UtcDateTime.AddHours(2).AddDays(night));
        }
    }

    [Theory]
    [InlineData("2")]
    [InlineData("25:00")]
    [InlineData("at night")]
    public async Task ATimeThatIsNoneIsRefusedWithTheWayOut(string at)
    {
        var fault = await Should.ThrowAsync<InvalidOperationException>(async () =>
        {
            await using var desk = await DeskHost.StartAsync(arguments: ["--BillingDesk:NightlyAt", at]);
        });
        fault.Message.ShouldContain("02:00");
    }
}
