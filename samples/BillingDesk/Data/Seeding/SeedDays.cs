namespace BillingDesk.Data;

/// <summary>Days and instants counted from the day of the seed.</summary>
/// <param name="today">The day of the seed.</param>
internal sealed class SeedDays(DateOnly today)
{
    /// <summary>The day so many days after today; before it, if negative.</summary>
    public DateOnly Day(int offset) => today.AddDays(offset);

    /// <summary>An instant on that day, in UTC.</summary>
    public DateTime Instant(int offset, int minuteOfDay = 9 * 60) => Day(offset).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc).AddMinutes(minuteOfDay);
}
