using System.Text;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Freshet.Redis;

/// <summary>The log that nodes share, in Redis. Each call is one script, so one atomic step.</summary>
internal sealed class RedisLogService(
    RedisConnection connection, RedisCounters counters, LogSettings settings, EventData events, ILogger<RedisLogService> logger) : ILogService
{
    private const int FirstOfRecords = 4; // among the arguments of an append
    private const int FirstPlace = 3;     // among its answers
    private const int MostBytesExchanged = 8 << 20;

    private readonly LogKeys _keys = new(settings.Keyspace);
    private readonly RedisChannels _channels = new(connection, new LogKeys(settings.Keyspace), counters, logger);

    public LogKeys Keys => _keys;

    public void Listen(ILogListener listener) => _channels.Listen(listener);

    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        var told = (RedisResult[])(await RunAsync(LogScript.Check, [], cancellationToken).ConfigureAwait(false))!;
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
        var reply = await AskAsync(request, cancellationToken).ConfigureAwait(false);
        // Asked once more as one who knows nothing, who is told what it takes to begin at the head.
        return reply.UnreadableAt == 0 ? reply : await AskAsync(request with { Known = null }, cancellationToken).ConfigureAwait(false) with { UnreadableAt = reply.UnreadableAt };
    }

    public async ValueTask<AppendReply> AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        await _channels.AcknowledgedAsync(request.Node, cancellationToken).ConfigureAwait(false); // before anybody can acknowledge
        var data = new string?[request.Drafts.Count];
        var arguments = new RedisValue[FirstOfRecords + request.Drafts.Sum(draft => 3 + 2 * draft.Invalidations.Count)];
        arguments[1] = request.WantsBefore ? "1" : "0";
        arguments[2] = request.Node.ToString();
        arguments[3] = _channels.BellAsScriptsSeeIt;
        var at = FirstOfRecords;
        for (var i = 0; i < request.Drafts.Count; i++)
        {
            var draft = request.Drafts[i];
            data[i] = DataOf(draft);
            arguments[at++] = LogText.IdOf(draft);
            arguments[at++] = Sized(request.Writer, draft, data[i]);
            arguments[at++] = draft.Invalidations.Count;
            foreach (var invalidation in draft.Invalidations)
            {
                arguments[at++] = invalidation.Tag.Text;
                arguments[at++] = invalidation.Kind == InvalidationKind.Expire ? RedisValue.EmptyString : LogText.Milliseconds(invalidation.Deadline);
            }
        }
        return ReadAppended(request, data, (string)(await RunWithEpochAsync(LogScript.Append, arguments, cancellationToken).ConfigureAwait(false))!);
    }

    public async ValueTask<FetchedMarks> FetchMarksAsync(IReadOnlyList<Tag> tags, CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await RunAsync(LogScript.FetchMarks, [.. tags.Select(tag => (RedisValue)tag.Text)], cancellationToken).ConfigureAwait(false))!;
        var now = (long)reply[3];
        return new FetchedMarks(
            new LogPosition(EpochOf(reply[0]), (long)reply[1]), (long)reply[2],
            [.. ((RedisResult[])reply[4]!).Select(mark => LogText.ReadMark((string)mark!, now))]);
    }

    public async ValueTask<LeaseRows> LeasesAsync(CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await RunAsync(LogScript.Leases, [], cancellationToken).ConfigureAwait(false))!;
        return new LeaseRows(EpochOf(reply[0]), LogText.ReadLeases((string)reply[1]!));
    }

    public async ValueTask RemoveLeasesAsync(IReadOnlyList<LeaseRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0) return;
        await RunAsync(LogScript.RemoveLeases, [.. rows.SelectMany(row => (RedisValue[])[row.Node.ToString(), row.Renewal])], cancellationToken).ConfigureAwait(false);
    }

    public void Acknowledge(NodeId node, NodeId writer, LogPosition applied) => _channels.Acknowledge(node, writer, applied);

    public void Check(Writer writer, RecordDraft draft) => Sized(writer, draft, DataOf(draft));

    private async ValueTask<ExchangeReply> AskAsync(ExchangeRequest request, CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await RunAsync(LogScript.Exchange,
        [
            request.Refused.Count == 0 ? "" : string.Join(' ', request.Refused), LogText.Milliseconds(settings.MaxTimeToLive),
            LogText.Milliseconds(settings.MarkMargin), LogText.Milliseconds(settings.IdWindow), settings.RecordRetention,
            request.Known?.Epoch.ToString() ?? "", request.Known?.Position ?? 0, request.MostRecords, MostBytesExchanged,
            request.Lease?.Node.ToString() ?? "", request.Lease is { } lease ? LogText.WriteLease(lease) : "", request.Lease?.Renewal ?? 0,
            request.IsMature ? "1" : "0",
        ], cancellationToken).ConfigureAwait(false))!;

        var epoch = EpochOf(reply[0]);
        var (records, unreadable) = ReadRecords(new LogPosition(epoch, request.Known?.Position ?? 0), (RedisResult[])reply[6]!);
        return new ExchangeReply(
            new LogPosition(epoch, (long)reply[1]), (long)reply[2], records, TimeOf(reply[3]), IsSet(reply[4]), TimeSpan.FromMilliseconds((long)reply[5]))
        { Holds = [.. ((RedisResult[])reply[7]!).Select(hold => ReadHold(epoch, (byte[])hold!))], UnreadableAt = unreadable };
    }

    private Task<RedisResult> RunAsync(RedisScript script, RedisValue[] own, CancellationToken cancellationToken) =>
        RunWithEpochAsync(script, [default, .. own], cancellationToken);

    // A fresh epoch goes with every call, whichever it is that finds out that one is needed.
    private Task<RedisResult> RunWithEpochAsync(RedisScript script, RedisValue[] arguments, CancellationToken cancellationToken)
    {
        arguments[0] = Epoch.Create().ToString();
        return connection.RunAsync(script, _keys.All, arguments, cancellationToken);
    }

    private byte[] Sized(Writer writer, RecordDraft draft, string? data)
    {
        var json = RecordJson.Write(writer, draft, data);
        return json.Length <= settings.MaxRecordBytes
            ? json
            : throw new RecordTooLargeException(draft.Call, draft.Event, draft.Invalidations.Count, json.Length, settings.MaxRecordBytes);
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

    private static AppendReply ReadAppended(AppendRequest request, string?[] data, string told)
    {
        var line = told.IndexOf('\n', StringComparison.Ordinal);
        var reply = told[..line].Split(' ');
        var (epoch, now, drafts) = (new Epoch(Guid.ParseExact(reply[0], "N")), DateTimeOffset.FromUnixTimeMilliseconds(LogText.ToLong(reply[1])), request.Drafts);
        var records = new List<LogRecord>(drafts.Count);
        for (var i = 0; i < drafts.Count; i++)
        {
            if (reply[FirstPlace + i] is "-") continue; // a hold that came too late
            var (position, at) = ReadPlace(reply[FirstPlace + i], now);
            records.Add(LogRecord.Of(request.Writer, drafts[i], new LogPosition(epoch, position), at) with { EventData = data[i] });
        }
        var before = new Dictionary<Tag, long>();
        if (request.WantsBefore)
        {
            var mark = FirstPlace + drafts.Count;
            foreach (var invalidation in drafts.SelectMany(draft => draft.Invalidations)) before.TryAdd(invalidation.Tag, LogText.ToLong(reply[mark++]));
        }
        return new AppendReply(records, before, LogText.ReadLeases(told[(line + 1)..]), reply[2] is "1", now);
    }

    private static (long Position, DateTimeOffset At) ReadPlace(string place, DateTimeOffset now)
    {
        var colon = place.IndexOf(':', StringComparison.Ordinal); // it was appended before, at a moment of its own
        return colon < 0
            ? (LogText.ToLong(place), now)
            : (LogText.ToLong(place.AsSpan(0, colon)), DateTimeOffset.FromUnixTimeMilliseconds(LogText.ToLong(place.AsSpan(colon + 1))));
    }

    /// <summary>A hold that stands: <c>id position:ms record</c>.</summary>
    private static LogRecord ReadHold(Epoch epoch, ReadOnlySpan<byte> hold)
    {
        var (begin, end) = (hold.IndexOf((byte)' ') + 1, hold.IndexOf((byte)'{'));
        var (position, at) = ReadPlace(Encoding.UTF8.GetString(hold[begin..(end - 1)]), default);
        return RecordJson.Read(hold[end..], new LogPosition(epoch, position), at);
    }

    /// <summary>Reads records that follow a position; none, and the position of the first that cannot be read, when one cannot.</summary>
    private static (IReadOnlyList<LogRecord> Records, long UnreadableAt) ReadRecords(LogPosition after, RedisResult[] chunks)
    {
        var records = new List<LogRecord>();
        foreach (var entry in chunks.SelectMany(chunk => (RedisResult[])chunk!))
        {
            var position = after with { Position = after.Position + records.Count + 1 };
            if (RecordEntry.TryRead((byte[])entry!, position) is not { } record) return ([], position.Position);
            records.Add(record);
        }
        return (records, 0);
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

    public required int MaxRecordBytes { get; init; }

    public bool AcceptEviction { get; init; }

    /// <summary>How much longer than <see cref="MaxTimeToLive"/> marks are kept: for a load that captured its position and has not been stored yet.</summary>
    public TimeSpan MarkMargin { get; init; } = TimeSpan.FromMinutes(1);

    public static LogSettings From(FreshetOptions freshet, RedisOptions redis) => new()
    {
        Keyspace = freshet.Keyspace,
        MaxTimeToLive = freshet.MaxTimeToLive,
        RecordRetention = redis.RecordRetention,
        IdWindow = redis.IdWindow,
        MaxRecordBytes = redis.MaxRecordBytes,
        AcceptEviction = redis.AcceptEviction,
    };
}
