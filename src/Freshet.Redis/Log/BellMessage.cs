using System.Globalization;
using System.Text;

namespace Freshet.Redis;

/// <summary>What a writer tells when it has appended: <c>epoch first count milliseconds writer</c>, then a line for each record unless they are too large.</summary>
/// <param name="Records">The records; empty when they have to be read, or when nothing new was appended.</param>
/// <param name="Writer">Who appended them.</param>
internal sealed record BellMessage(IReadOnlyList<LogRecord> Records, NodeId Writer)
{
    /// <summary>Reads a message; null when it is none of ours.</summary>
    public static BellMessage? TryRead(byte[]? message)
    {
        var rest = message.AsSpan();
        var parts = Encoding.UTF8.GetString(NextLine(ref rest)).Split(' ');
        if (parts.Length != 5
            || !Guid.TryParseExact(parts[0], "N", out var epoch)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || !long.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || !Guid.TryParseExact(parts[4], "N", out var writer))
            return null;
        if (rest.IsEmpty) return new BellMessage([], new NodeId(writer));

        try
        {
            var (records, at) = (new List<LogRecord>(), DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
            while (!rest.IsEmpty) records.Add(RecordJson.Read(NextLine(ref rest), new LogPosition(new Epoch(epoch), first + records.Count), at));
            return records.Count == count ? new BellMessage(records, new NodeId(writer)) : null;
        }
        catch (Exception error) when (error is UnreadableRecordException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static ReadOnlySpan<byte> NextLine(ref Span<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        return line;
    }
}
