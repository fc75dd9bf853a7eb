using System.Globalization;

namespace Freshet.Redis;

/// <summary>How marks and lease rows are written in Redis; the scripts read the same.</summary>
internal static class LogText
{
    /// <summary><c>expiredAt</c>, or <c>expiredAt:position:deadline:...</c> with deadlines by the server's clock; empty for none.</summary>
    public static FetchedMark ReadMark(string text, long now)
    {
        if (text.Length == 0) return new FetchedMark(0, []);
        var numbers = text.Split(':').Select(number => ToLong(number)).ToArray();
        var stale = new FetchedStaleMark[(numbers.Length - 1) / 2];
        for (var i = 0; i < stale.Length; i++) stale[i] = new FetchedStaleMark(numbers[1 + i * 2], TimeSpan.FromMilliseconds(numbers[2 + i * 2] - now));
        return new FetchedMark(numbers[0], stale);
    }

    /// <summary><c>renewal acknowledged kind,kind name</c>: the name last, since it may hold anything but the end of the line.</summary>
    public static string WriteLease(LeaseRow row) =>
        string.Create(CultureInfo.InvariantCulture, $"{row.Renewal} {row.Acknowledged} {string.Join(',', row.Kinds)} {row.Name.ReplaceLineEndings(" ")}");

    /// <summary>A line for each: <c>node row</c>.</summary>
    public static IReadOnlyList<LeaseRow> ReadLeases(string lines) =>
        lines.Length == 0 ? [] : Array.ConvertAll(lines.Split('\n'), line => ReadLease(new NodeId(Guid.ParseExact(line.AsSpan(0, 32), "N")), line[33..]));

    public static LeaseRow ReadLease(NodeId node, string text)
    {
        var parts = text.Split(' ', 4);
        return new LeaseRow(node, parts[3], ToLong(parts[0]), ToLong(parts[1]), parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>A record's id as the append script takes it: with what a hold announces, or which holds it ends, there being none of either in most.</summary>
    public static string IdOf(RecordDraft draft) => draft switch
    {
        { Holds: { } holds } => $"h{draft.Id:N}{holds.Draft:N}",
        { Releases.Count: > 0 } => $"r{draft.Id:N}{string.Concat(draft.Releases.Select(release => $"{release.Id:N}{release.Draft:N}"))}",
        { IsHeld: true } => $"d{draft.Id:N}",
        _ => draft.Id.ToString("N"),
    };

    public static long ToLong(ReadOnlySpan<char> text) => long.Parse(text, NumberStyles.Integer, CultureInfo.InvariantCulture);

    public static string Of(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A time to live in whole milliseconds.</summary>
    public static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
