using System.Data.Common;
using Dapper;

namespace BillingDesk.Data;

/// <summary>What the nightly job would have made at the midnight on which the day of the seed begins.</summary>
internal static class SeedSummaries
{
    public static void Write(DbConnection connection, DbTransaction transaction, SeedDays days)
    {
        var midnight = days.Instant(0, minuteOfDay: 0);
        var parameters = new { day = SqlText.Of(DateOnly.FromDateTime(midnight)), at = SqlText.Of(midnight) };
        connection.Execute(NightlySummaryWrites.RebuildSql, parameters, transaction);
    }
}
