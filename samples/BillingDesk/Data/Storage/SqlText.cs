using System.Globalization;

namespace BillingDesk.Data;

/// <summary>How days, instants and search texts are written in the database, and read back.</summary>
internal static class SqlText
{
    private const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const string DayFormat = "yyyy-MM-dd";

    public static string Of(DateTime utc) => utc.ToString(InstantFormat, CultureInfo.InvariantCulture);

    public static string Of(DateOnly day) => day.ToString(DayFormat, CultureInfo.InvariantCulture);

    public static DateTime Instant(string text) => DateTime.ParseExact(
        text, InstantFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    public static DateTime? InstantOrNull(string? text) => text is null ? null : Instant(text);

    public static DateOnly Day(string text) => DateOnly.ParseExact(text, DayFormat, CultureInfo.InvariantCulture);

    /// <summary>A pattern for <c>LIKE @pattern ESCAPE '\'</c> that finds the text anywhere, taking % and _ as themselves.</summary>
    public static string Containing(string text) =>
        "%" + text.Replace(@"\", @"\\", StringComparison.Ordinal)
                  .Replace("%", @"\%", StringComparison.Ordinal)
                  .Replace("_", @"\_", StringComparison.Ordinal) + "%";
}
