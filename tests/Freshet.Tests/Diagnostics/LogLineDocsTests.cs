using System.Globalization;
using System.Text.RegularExpressions;

namespace Freshet.Tests.Diagnostics;

/// <summary>Every line that any package can write has an id of its own, and the pages say what it means. Read from the sources: no test project refers to all packages.</summary>
public sealed partial class LogLineDocsTests
{
    private static readonly List<(int Id, string Level, string File)> _lines = [.. RepositoryRoot.Files("src", "*.cs").SelectMany(LinesOf)];

    private static readonly List<(int Id, string Level)> _told = [.. RepositoryRoot.Files("docs", "*.md").SelectMany(page => Row().Matches(File.ReadAllText(page))).SelectMany(Told)];

    [Fact]
    public void NoTwoLinesShareAnId()
    {
        _lines.Count.ShouldBeGreaterThan(80);
        _lines.GroupBy(line => line.Id).Where(same => same.Count() > 1).Select(same => $"{same.Key} in {string.Join(", ", same.Select(line => line.File))}").ShouldBeEmpty();
    }

    [Fact]
    public void EveryLineIsExplainedWithItsLevel() =>
        _lines.Where(line => !_told.Contains((line.Id, line.Level))).Select(line => $"{line.Id} {line.Level} in {line.File}").ShouldBeEmpty();

    [Fact]
    public void NoLineIsExplainedThatNobodyWrites() =>
        _told.Where(told => !_lines.Any(line => line.Id == told.Id)).Select(told => told.Id).ShouldBeEmpty();

    private static IEnumerable<(int, string, string)> LinesOf(string file)
    {
        var source = File.ReadAllText(file);
        foreach (Match line in Message().Matches(source))
        {
            var id = line.Groups[1].Value;
            if (!char.IsAsciiDigit(id[0])) id = Regex.Match(source, $"const int {id} = ([0-9]+);").Groups[1].Value;
            yield return (int.Parse(id, CultureInfo.InvariantCulture), line.Groups[2].Value.ToLowerInvariant(), Path.GetFileName(file));
        }
    }

    // "1500, 1505" and "1700-1701" are several; a row "by case" only says on which page the others stand.
    private static IEnumerable<(int, string)> Told(Match row)
    {
        foreach (var part in row.Groups[1].Value.Split(", "))
        {
            var ends = part.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)).ToArray();
            for (var id = ends[0]; id <= ends[^1]; id++)
            {
                foreach (var level in row.Groups[2].Value.Split(", ").Where(level => level != "by case")) yield return (id, level);
            }
        }
    }

    [GeneratedRegex(@"\[LoggerMessage\((\w+), LogLevel\.(\w+),")]
    private static partial Regex Message();

    [GeneratedRegex(@"^\| ([0-9][0-9, -]*) \| ([a-z, ]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
