using System.Text;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Freshet.Redis;

/// <summary>The log that nodes share, in Redis. Each call is one script, so one atomic step.</summary>
internal sealed class RedisLogService(
    RedisConnection connection, RedisCounters counters, LogSettings settings, EventData events, ILogger<RedisLogService> logger) : ILogService
{
    /// <summary>The layout of keys and fields. A higher number in the header was written by a newer version.</summary>
    public const int Format = 1;

    // A message is kept by the server for each follower that is slow to take it.
    private const int MostBytesTold = 32_768;

    private const int MostBytesExchanged = 8 << 20;

    private readonly LogKeys _keys = new(settings.Keyspace);
    private readonly RedisChannels _channels = new(connection, new LogKeys(settings.Keyspace), counters, logger);

    public LogKeys Keys => _keys;

    public void Listen(ILogListener listener) => _channels.Listen(listener);

    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        var told = (RedisResult[])(await RunAsync(LogScript.Check, [], [], cancellationToken).ConfigureAwait(false))!;
        var (most, policy) = ((string)told[1]!, (string)told[2]!);
        if (policy.Length == 0)
        {
            logger.PolicyUnknown();
        }
        else if (policy.StartsWith("allkeys", StringComparison.Ordinal) && most != "0") // without a maxmemory no policy applies
        {
            if (!settings.AcceptEviction) throw RedisLogException.Evicts(policy);
            logger.MayEvict(policy);
        }
    }

    public async ValueTask<ExchangeReply> ExchangeAsync(ExchangeRequest request, CancellationToken cancellationToken)
    {
        if (request.Lease is { } own) _channels.Acknowledged(own.Node);
        var reply = (RedisResult[])(await RunAsync(LogScript.Exchange,
        [
            request.Known?.Epoch.ToString() ?? "", request.Known?.Position ?? 0, request.MostRecords, MostBytesExchanged,
            request.Lease?.Node.ToString() ?? "", request.Lease is { } lease ? LogText.WriteLease(lease) : "", request.Lease?.Renewal ?? 0,
            request.IsMature ? "1" : "0",
        ], request.Refused, cancellationToken).ConfigureAwait(false))!;

        var epoch = EpochOf(reply[0]);
        return new ExchangeReply(
            new LogPosition(epoch, (long)reply[1]), (long)reply[2], ReadRecords(epoch, request.Known?.Position ?? 0, (RedisResult[])reply[6]!),
            TimeOf(reply[3]), IsSet(reply[4]), TimeSpan.FromMilliseconds((long)reply[5]))
        { Holds = [.. ((RedisResult[])reply[7]!).Select(hold => ReadHold(epoch, (byte[])hold!))] };
    }

    public async ValueTask<AppendReply> AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        await _channels.AcknowledgedAsync(request.Node, cancellationToken).ConfigureAwait(false); // before anybody can acknowledge
        var data = request.Drafts.Select(DataOf).ToList();
        var arguments = new List<RedisValue>(16)
        {
            request.Node.ToString(), _channels.BellAsScriptsSeeIt, settings.RecordRetention, MostBytesTold, request.Drafts.Count,
        };
        for (var i = 0; i < request.Drafts.Count; i++)
        {
            var draft = request.Drafts[i];
            arguments.Add(LogText.IdOf(draft));
            arguments.Add(Sized(request.Writer, draft, data[i]));
            arguments.Add(draft.Invalidations.Count);
            foreach (var invalidation in draft.Invalidations)
            {
                arguments.Add(invalidation.Tag.Text);
                arguments.Add(invalidation.Kind == InvalidationKind.Expire ? "" : LogText.Of(LogText.Milliseconds(invalidation.Deadline)));
            }
        }
        var reply = (RedisResult[])(await RunAsync(LogScript.Append, [.. arguments], [], cancellationToken).ConfigureAwait(false))!;
        return ReadAppended(request, data, reply);
    }

    public async ValueTask<FetchedMarks> FetchMarksAsync(IReadOnlyList<Tag> tags, CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await RunAsync(LogScript.FetchMarks, [.. tags.Select(tag => (RedisValue)tag.Text)], [], cancellationToken).ConfigureAwait(false))!;
        var now = (long)reply[3];
        return new FetchedMarks(
            new LogPosition(EpochOf(reply[0]), (long)reply[1]), (long)reply[2],
            [.. ((RedisResult[])reply[4]!).Select(mark => LogText.ReadMark((string)mark!, now))]);
    }

    public async ValueTask<LeaseRows> LeasesAsync(CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await RunAsync(LogScript.Leases, [], [], cancellationToken).ConfigureAwait(false))!;
        return new LeaseRows(EpochOf(reply[0]), ReadLeases(reply[1]));
    }

    public async ValueTask RemoveLeasesAsync(IReadOnlyList<LeaseRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0) return;
        await RunAsync(LogScript.RemoveLeases, [.. rows.SelectMany(row => (RedisValue[])[row.Node.ToString(), row.Renewal])], [], cancellationToken).ConfigureAwait(false);
    }

    public void Acknowledge(NodeId node, NodeId writer, LogPosition applied) => _channels.Acknowledge(node, writer, applied);

    public void Check(Writer writer, RecordDraft draft) => Sized(writer, draft, DataOf(draft));

    private Task<RedisResult> RunAsync(string script, RedisValue[] own, IReadOnlyCollection<Epoch> refused, CancellationToken cancellationToken)
    {
        RedisValue[] arguments =
        [
            Format, Epoch.Create().ToString(), LogText.Milliseconds(settings.MaxTimeToLive), LogText.Milliseconds(settings.MarkMargin),
            LogText.Milliseconds(settings.IdWindow), refused.Count == 0 ? "" : string.Join(' ', refused), .. own,
        ];
        return connection.RunAsync(script, _keys.All, arguments, cancellationToken);
    }

    private byte[] Sized(Writer writer, RecordDraft draft, string? data)
    {
        var json = RecordJson.Write(writer, draft, data);
        return json.Length <= settings.MostRecordBytes
            ? json
            : throw new RecordTooLargeException(draft.Call, draft.Event, draft.Invalidations.Count, json.Length, settings.MostRecordBytes);
    }

    private string? DataOf(RecordDraft draft)
    {
        if (draft.EventData is { } written) return written;
        if (draft is not { Event: { } name, EventValue: { } value }) return null;
        try
        {
            return events.Of(value);
        }
        // The write is committed, or about to be: its tags must be invalidated whether or not its event can be shown elsewhere.
#pragma warning disable CA1031 // Whatever a member or converter of the application throws.
        catch (Exception error)
#pragma warning restore CA1031
        {
            logger.EventNotWritable(name, value.GetType().Name, error.GetType().Name);
            return null;
        }
    }

    private static AppendReply ReadAppended(AppendRequest request, List<string?> data, RedisResult[] reply)
    {
        var (epoch, places, marks) = (EpochOf(reply[0]), (RedisResult[])reply[3]!, (RedisResult[])reply[4]!);
        var (records, before) = (new List<LogRecord>(places.Length), new Dictionary<Tag, long>());
        for (int i = 0, mark = 0; i < places.Length; i++)
        {
            var (writer, draft, place) = (request.Writer, request.Drafts[i], ((string)places[i]!).Split(':'));
            foreach (var invalidation in draft.Invalidations) before.TryAdd(invalidation.Tag, (long)marks[mark++]);
            if (place.Length < 2) continue; // a hold that came too late
            var position = new LogPosition(epoch, LogText.ToLong(place[0]));
            records.Add(LogRecord.Of(writer, draft, position, DateTimeOffset.FromUnixTimeMilliseconds(LogText.ToLong(place[1]))) with { EventData = data[i] });
        }
        return new AppendReply(records, before, ReadLeases(reply[5]), IsSet(reply[2]), TimeOf(reply[1]));
    }

    /// <summary>A hold that stands: <c>id position:ms record</c>.</summary>
    private static LogRecord ReadHold(Epoch epoch, ReadOnlySpan<byte> hold)
    {
        var (begin, end) = (hold.IndexOf((byte)' ') + 1, hold.IndexOf((byte)'{'));
        var place = Encoding.UTF8.GetString(hold[begin..(end - 1)]).Split(':');
        return RecordJson.Read(hold[end..], new LogPosition(epoch, LogText.ToLong(place[0])), DateTimeOffset.FromUnixTimeMilliseconds(LogText.ToLong(place[1])));
    }

    private static List<LogRecord> ReadRecords(Epoch epoch, long after, RedisResult[] told)
    {
        var records = new List<LogRecord>(told.Length / 2);
        for (var i = 0; i < told.Length; i += 2)
            records.Add(RecordJson.Read((byte[])told[i + 1]!, new LogPosition(epoch, after + 1 + i / 2), TimeOf(told[i])));
        return records;
    }

    private static List<LeaseRow> ReadLeases(RedisResult told)
    {
        var (fields, rows) = ((RedisResult[])told!, new List<LeaseRow>());
        for (var i = 0; i < fields.Length; i += 2)
        {
            if ((string)fields[i]! is var node && node != LogText.Sentinel) rows.Add(LogText.ReadLease(new NodeId(Guid.ParseExact(node, "N")), (string)fields[i + 1]!));
        }
        return rows;
    }

    private static Epoch EpochOf(RedisResult text) => new(Guid.ParseExact((string)text!, "N"));

    private static DateTimeOffset TimeOf(RedisResult milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);

    private static bool IsSet(RedisResult flag) => (string)flag! == "1";
}

/// <summary>What the log needs to know of an application's options.</summary>
internal sealed record LogSettings
{
    public required string Keyspace { get; init; }

    public required TimeSpan MaxTimeToLive { get; init; }

    public required int RecordRetention { get; init; }

    public required TimeSpan IdWindow { get; init; }

    public required int MostRecordBytes { get; init; }

    public bool AcceptEviction { get; init; }

    /// <summary>How much longer than <see cref="MaxTimeToLive"/> marks are kept: for a load that captured its position and has not been stored yet.</summary>
    public TimeSpan MarkMargin { get; init; } = TimeSpan.FromMinutes(1);

    public static LogSettings From(FreshetOptions freshet, RedisOptions redis) => new()
    {
        Keyspace = freshet.Keyspace,
        MaxTimeToLive = freshet.MaxTimeToLive,
        RecordRetention = redis.RecordRetention,
        IdWindow = redis.IdWindow,
        MostRecordBytes = redis.MostRecordBytes,
        AcceptEviction = redis.AcceptEviction,
    };
}
