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
        SeedTable.Fill(
            connection, transaction, "usage_daily", "account_id, day, units",
            people.Accounts.SelectMany((account, index) => DaysOf(account.Id, included[account.PlanId], index + 1, random, days)));
        SeedTable.Fill(connection, transaction, "usage_pipeline", "id, run, as_of", [[1L, 0L, SqlText.Of(days.Instant(0, minuteOfDay: 0))]]);
    }

    // About as much each day, less at weekends.
    private static IEnumerable<object?[]> DaysOf(string accountId, long included, int number, SplitMix64 random, SeedDays days)
    {
        var percent = number == SampleIds.ShowcaseNumber ? ShowcasePercent : random.Between(5, 120);
        var perDay = included * percent / 100 / DeskSeed.UsageDays;
        for (var back = DeskSeed.UsageDays; back >= 1; back--)
        {
            var day = days.Day(-back);
            var weekend = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
            yield return [accountId, SqlText.Of(day), perDay * random.Between(weekend ? 30 : 90, weekend ? 70 : 140) / 100];
        }
    }
}
