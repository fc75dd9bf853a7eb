using System.Data.Common;

namespace BillingDesk.Data.Tests;

public class UsageTests
{
    private const string Account = SampleIds.Showcase;

    [Fact]
    public async Task Raw_usage_counts_once_it_is_rolled_up_and_only_once()
    {
        await using var desk = Desk.Seeded();
        var before = await ChartAsync(desk);
        (await desk.Get<UsageWrites>().AddAsync(Account, 40)).ShouldBeTrue();
        (await desk.Get<UsageWrites>().AddAsync(Account, 2)).ShouldBeTrue();
        (await desk.Get<UsageWrites>().AddAsync("acc_1", 5)).ShouldBeTrue();
        (await ChartAsync(desk)).ShouldBeEquivalentTo(before);

        var run = await desk.Get<UsageWrites>().RollUpAsync();

        (run.AsOf, run.Rows).ShouldBe((desk.Clock.Now.UtcDateTime, 3));
        run.AccountIds.ShouldBe(["acc_1", Account]);
        var after = await ChartAsync(desk);
        (after.UsedUnits, after.Days[^1], after.AsOf).ShouldBe((before.UsedUnits + 42, new UsageDay(Desk.SeedDay, 42), desk.Clock.Now.UtcDateTime));
        (await desk.Get<RecommendationReads>().FactsAsync(Account))!.UsedUnits.ShouldBe(after.UsedUnits);

        desk.Clock.Now += TimeSpan.FromMinutes(5);
        var nothing = await desk.Get<UsageWrites>().RollUpAsync();
        (nothing.AsOf, nothing.Rows, nothing.AccountIds.Count).ShouldBe((desk.Clock.Now.UtcDateTime, 0, 0));
        (await ChartAsync(desk)).UsedUnits.ShouldBe(after.UsedUnits);
        (await desk.Get<UsageReads>().AsOfAsync()).ShouldBe(desk.Clock.Now.UtcDateTime);

        await desk.Get<UsageWrites>().AddAsync(Account, 8);
        (await desk.Get<UsageWrites>().RollUpAsync()).Rows.ShouldBe(1);
        (await ChartAsync(desk)).Days[^1].Units.ShouldBe(50);
    }

    [Fact]
    public async Task Usage_belongs_to_the_day_it_arrived_on_and_the_chart_ends_with_its_as_of_time()
    {
        await using var desk = Desk.Seeded();
        var before = await ChartAsync(desk);
        await desk.Get<UsageWrites>().AddAsync(Account, 7);
        desk.Clock.Now += TimeSpan.FromDays(1);
        (await ChartAsync(desk)).ShouldBeEquivalentTo(before, "the day alone moves nothing: the chart is as of the last run");
        await desk.Get<UsageWrites>().AddAsync(Account, 9);
        await desk.Get<UsageWrites>().RollUpAsync();

        var chart = await ChartAsync(desk);
        chart.Days.Count.ShouldBe(UsageReads.ChartDays);
        chart.Days.TakeLast(2).ShouldBe([new(Desk.SeedDay, 7), new(Desk.SeedDay.AddDays(1), 9)]);
        chart.Days[0].Day.ShouldBe(before.Days[1].Day);
        (await desk.Get<RecommendationReads>().FactsAsync(Account))!.UsedUnits.ShouldBe(chart.UsedUnits);
    }

    [Fact]
    public async Task A_roll_up_that_fails_adds_nothing_and_the_next_one_adds_it_all()
    {
        await using var desk = Desk.Seeded();
        await desk.Get<UsageWrites>().AddAsync(Account, 7);
        await desk.ChangesNothingAsync(() => Should.ThrowAsync<OperationCanceledException>(() =>
            desk.Get<UsageWrites>().RollUpAsync(new CancellationToken(canceled: true))));
        (await desk.Get<UsageWrites>().RollUpAsync()).Rows.ShouldBe(1);
        (await ChartAsync(desk)).Days[^1].Units.ShouldBe(7);
    }

    [Fact]
    public async Task What_makes_no_sense_is_not_stored()
    {
        await using var desk = Desk.Seeded();
        await desk.ChangesNothingAsync(async () =>
        {
            (await desk.Get<UsageWrites>().AddAsync("acc_none", 1)).ShouldBeFalse();
            foreach (var units in (long[])[0, -1, UsageWrites.MaxUnits + 1])
                await Should.ThrowAsync<DbException>(() => desk.Get<UsageWrites>().AddAsync(Account, units));
        });
        (await desk.Get<UsageReads>().ChartAsync("acc_none")).ShouldBeNull();
        (await desk.Get<RecommendationReads>().FactsAsync("acc_none")).ShouldBeNull();
    }

    private static async Task<UsageChart> ChartAsync(Desk desk) => (await desk.Get<UsageReads>().ChartAsync(Account)).ShouldNotBeNull();
}
