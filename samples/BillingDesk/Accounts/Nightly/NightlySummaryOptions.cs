using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace BillingDesk.Accounts;

/// <summary>When the nightly job runs.</summary>
/// <param name="At">The time of day (UTC); null for never by itself.</param>
public sealed record NightlySummaryOptions(TimeSpan? At)
{
    private const string Key = "BillingDesk:NightlyAt";
    private const string Never = "never";

    /// <summary>Reads the time of day from <c>BillingDesk:NightlyAt</c>. Default: 02:00.</summary>
    /// <exception cref="InvalidOperationException">It is neither a time of day nor <c>never</c>.</exception>
    public static NightlySummaryOptions From(IConfiguration configuration)
    {
        if (configuration[Key] is not { } text) return new(TimeSpan.FromHours(2));
        if (text == Never) return new((TimeSpan?)null);
        return TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
            ? new(at.ToTimeSpan())
            : throw new InvalidOperationException($"{Key} is '{text}'. Write a time of day in UTC, such as 02:00, or {Never}.");
    }
}
