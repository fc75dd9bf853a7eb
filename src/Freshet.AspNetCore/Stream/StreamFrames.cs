using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Freshet.AspNetCore;

/// <summary>Why a subscriber is told that everything it has may be outdated.</summary>
internal static class StreamReset
{
    /// <summary>The records since its last one are not kept any more, or are too many to read again.</summary>
    public const string Missed = "missed";

    /// <summary>It counts by another log, or by a position this one has not reached.</summary>
    public const string Epoch = "epoch";

    /// <summary>It reads more slowly than things happen.</summary>
    public const string Slow = "slow";

    /// <summary>An operator flushed a whole query or kind of tag.</summary>
    public const string Flush = "flush";

    /// <summary>This node lost sight of the log, or its log began anew.</summary>
    public const string Gap = "gap";

    public static readonly IReadOnlyList<string> Reasons = [Missed, Epoch, Slow, Flush, Gap];
}

/// <summary>Writes frames of the stream: server-sent events whose id is a position, with its epoch.</summary>
internal sealed class StreamFrames(TagHasher tags, EventJson events, string? catalog, FreshetStreamOptions options)
{
    /// <summary>Version of the frames: members may be added under one version, none is renamed, removed or given another meaning.</summary>
    public const int Version = 1;

    public string HashOf(Epoch epoch) => tags.Hash(epoch);

    /// <summary>The first frame. Its id is where the subscriber resumes: not the head, or a connection lost now would skip what is read again.</summary>
    public byte[] Hello(LogPosition head, long resumesAt) => Frame("hello", new LogPosition(head.Epoch, resumesAt), json =>
    {
        json.WriteNumber("version", Version);
        json.WriteString("epoch", tags.Hash(head.Epoch));
        json.WriteNumber("position", head.Position);
        json.WriteNumber("heartbeatSeconds", options.Heartbeat.TotalSeconds);
        if (catalog is not null) json.WriteString("catalog", catalog);
    });

    public byte[] Reset(LogPosition head, string reason) => Frame("reset", head, json =>
    {
        json.WriteString("epoch", tags.Hash(head.Epoch));
        json.WriteNumber("position", head.Position);
        json.WriteString("reason", reason);
    });

    /// <summary>An id without data: browsers keep it and fire no event.</summary>
    public byte[] Heartbeat(LogPosition head) => Encoding.UTF8.GetBytes($":\nid: {IdOf(head)}\n\n");

    /// <summary>What one audience hears of a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="heard">Indexes of the invalidations it hears of; at least one.</param>
    public byte[] Freshness(LogRecord record, SortedSet<int> heard) => Frame("freshness", new LogPosition(record.Epoch, record.Position), json =>
    {
        json.WriteNumber("position", record.Position);
        Hashes(json, "expire", record, heard, InvalidationKind.Expire);
        Hashes(json, "stale", record, heard, InvalidationKind.MarkStale);
        json.WriteStartArray("events");
        // An event's members are in the clear and may name whoever its tags do, so it is told to those who hear of all of them.
        if (heard.Count == record.Invalidations.Count && events.Write(record) is { } raised) raised.WriteTo(json);
        json.WriteEndArray();
        if (options.TellsNames) Names(json, record, heard);
    });

    private void Hashes(Utf8JsonWriter json, string name, LogRecord record, SortedSet<int> heard, InvalidationKind kind)
    {
        json.WriteStartArray(name);
        foreach (var index in heard)
        {
            if (record.Invalidations[index].Kind == kind) json.WriteStringValue(tags.Hash(record.Invalidations[index].Tag));
        }
        json.WriteEndArray();
    }

    private static void Names(Utf8JsonWriter json, LogRecord record, SortedSet<int> heard)
    {
        json.WriteStartObject("names");
        json.WriteString("call", record.Call);
        json.WriteString("trigger", record.Trigger.ToString());
        json.WriteString("at", record.At);
        json.WriteStartArray("tags");
        foreach (var index in heard) json.WriteStringValue(record.Invalidations[index].Tag.Text);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private byte[] Frame(string name, LogPosition id, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        buffer.Write(Encoding.UTF8.GetBytes($"id: {IdOf(id)}\nevent: {name}\ndata: "));
        using (var json = new Utf8JsonWriter(buffer)) // on one line, since it is not indented
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        buffer.Write("\n\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private string IdOf(LogPosition at) => string.Create(CultureInfo.InvariantCulture, $"{at.Position}.{tags.Hash(at.Epoch)}");
}
