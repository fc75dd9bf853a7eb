using System.Buffers.Text;

namespace Freshet.Redis;

/// <summary>A record as it stands in Redis, and as it is told: <c>position milliseconds record</c>.</summary>
internal static class RecordEntry
{
    /// <summary>Reads one; null when it is none of ours, is of a version that this one does not know, or stands in another place.</summary>
    public static LogRecord? TryRead(ReadOnlySpan<byte> entry, LogPosition position)
    {
        if (!TryReadPosition(entry, out var written, out var read) || written != position.Position) return null;
        entry = entry[read..];
        if (!Utf8Parser.TryParse(entry, out long milliseconds, out read) || read == entry.Length || entry[read] != ' ') return null;
        try
        {
            return RecordJson.Read(entry[(read + 1)..], position, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
        }
        catch (Exception error) when (error is UnreadableRecordException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>Reads where one stands.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="position">Its position.</param>
    /// <param name="read">How many bytes that took.</param>
    public static bool TryReadPosition(ReadOnlySpan<byte> entry, out long position, out int read)
    {
        if (!Utf8Parser.TryParse(entry, out position, out read) || position < 1 || read == entry.Length || entry[read] != ' ') return false;
        read++;
        return true;
    }
}
