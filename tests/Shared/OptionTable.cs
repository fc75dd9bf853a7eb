using System.Globalization;
using System.Text.RegularExpressions;

namespace Freshet.Tests;

/// <summary>Compares a page's tables with the options they tell of: each option has a row, with the default it has.</summary>
internal static partial class OptionTable
{
    /// <summary>What is wrong with a page; nothing when each option has a row of its own, or shares one, that tells its default.</summary>
    /// <param name="page">File name under docs.</param>
    /// <param name="defaults">Options as they are when nobody sets them.</param>
    public static IEnumerable<string> Faults(string page, object defaults)
    {
        var told = Rows().Matches(File.ReadAllText(RepositoryRoot.File("docs", page)))
            .SelectMany(row => row.Groups[1].Value.Split(", ").Zip(Each(row), (name, value) => (Name: name.Trim('`'), Value: value.Trim('`')))).ToLookup(each => each.Name, each => each.Value);
        foreach (var option in defaults.GetType().GetProperties().Where(property => property.SetMethod?.IsPublic == true))
        {
            var texts = told[option.Name].ToList();
            if (texts.Count == 0) yield return $"{page} has no row for {option.Name}.";
            else if (option.GetValue(defaults) is { } value && !texts.Contains(Text(value), StringComparer.Ordinal)) yield return $"{page} says of {option.Name} {string.Join(" and ", texts)}, and it is {Text(value)}.";
        }
    }

    // "| `A`, `B` | 1, 2 |" has a default for each; "| `A`, `B` | 1 |" one for both.
    private static IEnumerable<string> Each(Match row)
    {
        var names = row.Groups[1].Value.Split(", ").Length;
        var values = row.Groups[2].Value.Split(", ");
        return values.Length == names ? values : Enumerable.Repeat(row.Groups[2].Value, names);
    }

    private static string Text(object value) => value switch
    {
        TimeSpan { Ticks: 0 } => "0",
        TimeSpan time when time.TotalDays > 1 && time.TotalDays % 1 == 0 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays} days"),
        TimeSpan time when time.TotalDays == 1 => "1 day",
        TimeSpan time when time.TotalHours % 1 == 0 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours} h"),
        TimeSpan time when time.TotalMinutes % 1 == 0 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes} min"),
        TimeSpan time when time.TotalSeconds % 1 == 0 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s"),
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds} ms"),
        bool yes => yes ? "true" : "false",
        int number => number.ToString("N0", CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    [GeneratedRegex(@"^\| (`\w+`(?:, `\w+`)*) \| ([^|]*?) \|", RegexOptions.Multiline)]
    private static partial Regex Rows();
}
