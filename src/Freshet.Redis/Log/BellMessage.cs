using System.Globalization;
using System.Text;

namespace Freshet.Redis;

/// <summary>What a writer tells when it has appended: <c>epoch count writer</c>, then a line for each record unless they are too large (<see cref="RecordEntry"/>).</summary>
/// <param name="Records">The records; empty when they have to be read, or when nothing new was appended.</param>
/// <param name="Writer">Who appended them.</param>
/// <param name="IsReadable">Whether all that was told could be read.</param>
internal sealed record BellMessage(IReadOnlyList<LogRecord> Records, NodeId Writer, bool IsReadable = true)
{
    private static readonly BellMessage _unreadable = new([], default, IsReadable: false);

    /// <summary>Reads a message. Of one that cannot be read, all that may be told is who rang.</summary>
    public static BellMessage Read(byte[]? message)
    {
        ReadOnlySpan<byte> rest = message;
        var parts = Encoding.UTF8.GetString(NextLine(ref rest)).Split(' ');
        if (parts.Length != 3
            || !Guid.TryParseExact(parts[0], "N", out var epoch)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || !Guid.TryParseExact(parts[2], "N", out var writer))
            return _unreadable;

        var records = new List<LogRecord>(Math.Min(count, 16));
        for (var position = 0L; !rest.IsEmpty; position++)
        {
            var line = NextLine(ref rest);
            if (records.Count == 0 && !RecordEntry.TryReadPosition(line, out position, out _)) return _unreadable with { Writer = new NodeId(writer) };
            if (RecordEntry.TryRead(line, new LogPosition(new Epoch(epoch), position)) is not { } record) return _unreadable with { Writer = new NodeId(writer) };
            records.Add(record);
        }
        return records.Count == count ? new BellMessage(records, new NodeId(writer)) : _unreadable with { Writer = new NodeId(writer) };
    }

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        return line;
    }
}
