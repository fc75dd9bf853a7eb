using System.Data.Common;

namespace BillingDesk.Data;

/// <summary>The last 30 days of usage, rolled up as far as the midnight on which the day of the seed begins. No raw rows: those arrive.</summary>
internal static class SeedUsage
{
    /// <summary>Of an account's allowance, in percent: the showcase is near its limit, so that there is something to recommend.</summary>
    private const int ShowcasePercent = 90;

    public static void Write(DbConnection connection, DbTransaction transaction, SplitMix64 random, SeedPeople people, SeedDays days)
    {
        var included = SeedPlans.All.ToDictionary(plan => plan.Id, plan => plan.IncludedUnits);
        using (var daily = new SeedTable(connection, transaction, "usage_daily", "account_id", "day", "units"))
            for (var number = 1; number <= people.Accounts.Count; number++)
            {
                var account = people.Accounts[number - 1];
                var percent = number == SampleIds.ShowcaseNumber ? ShowcasePercent : random.Between(5, 120);
                // About as much each day, less at weekends.
                var perDay = included[account.PlanId] * percent / 100 / DeskSeed.UsageDays;
                for (var back = DeskSeed.UsageDays; back >= 1; back--)
                {
                    var day = days.Day(-back);
                    var weekend = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
                    daily.Add(account.Id, SqlText.Of(day), perDay * random.Between(weekend ? 30 : 90, weekend ? 70 : 140) / 100);
                }
            }

        using var pipeline = new SeedTable(connection, transaction, "usage_pipeline", "id", "run", "as_of");
        pipeline.Add(1L, 0L, SqlText.Of(days.Instant(0, minuteOfDay: 0)));
    }
}
