namespace BillingDesk.Data;

/// <summary>The desk's calendar: days and instants in UTC, from the application's <see cref="TimeProvider"/>.</summary>
/// <param name="time">The clock. Tests pass their own.</param>
public sealed class DeskClock(TimeProvider time)
{
    /// <summary>The current instant, in UTC, cut to whole milliseconds: what is stored reads back equal.</summary>
    public DateTime Now
    {
        get
        {
            var now = time.GetUtcNow().UtcDateTime;
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
        }
    }

    /// <summary>The current day in UTC. An unpaid invoice that was due before it is past due.</summary>
    public DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    /// <summary>The time left until <see cref="Today"/> changes; always more than zero and at most one day.</summary>
    /// <remarks>
    /// No write happens at midnight, so nothing is invalidated, and yet invoices become past due. A loader whose value shows a
    /// due state should not let it live longer than this.
    /// </remarks>
    public TimeSpan UntilTomorrow
    {
        get
        {
            var now = time.GetUtcNow().UtcDateTime;
            return now.Date.AddDays(1) - now;
        }
    }
}
