using System.Globalization;

namespace Freshet.Redis.Tests.Faults;

/// <summary>One read as its node saw it. Times are <see cref="Moment"/>s.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Query">The query's name.</param>
/// <param name="Key">Its argument.</param>
/// <param name="Began">Just before the read.</param>
/// <param name="Ended">Just after it.</param>
/// <param name="Version">The version it returned.</param>
/// <param name="Source">Where it came from; null where the everyday call was used, which does not tell.</param>
/// <param name="LoadedAt">Position its load began at; 0 where the call does not tell.</param>
/// <param name="IsGraced">Whether the node counted a read of this query as served unconfirmed meanwhile: then its OutageGrace applies.</param>
/// <param name="Session">Number of the session it belongs to; 0 for none.</param>
/// <param name="Needed">Version of the write whose token the reader carried; 0 for none.</param>
/// <param name="IsSettled">Whether the session, which alone writes its key, had a token for all it wrote.</param>
internal sealed record ReadEvent(
    string Node, string Query, string Key, long Began, long Ended, long Version, AnswerSource? Source = null, long LoadedAt = 0, bool IsGraced = false,
    int Session = 0, long Needed = 0, bool IsSettled = false)
{
    public string Write() => string.Create(CultureInfo.InvariantCulture,
        $"R {Node} {Query} {Key} {Began} {Ended} {Version} {(Source is { } source ? (int)source : -1)} {LoadedAt} {(IsGraced ? 1 : 0)} {Session} {Needed} {(IsSettled ? 1 : 0)}");

    public static ReadEvent Read(string[] parts) => new(
        parts[1], parts[2], parts[3], Number(parts[4]), Number(parts[5]), Number(parts[6]), Number(parts[7]) is >= 0 and var source ? (AnswerSource)source : null,
        Number(parts[8]), parts[9] == "1", (int)Number(parts[10]), Number(parts[11]), parts[12] == "1");

    internal static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>One write as its node saw it.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Cell">What was written: the name of a cell of the source.</param>
/// <param name="Key">The key.</param>
/// <param name="Version">The version that the source gave it.</param>
/// <param name="Began">Just before the commit.</param>
/// <param name="Answered">Just after the action had ended.</param>
/// <param name="Position">Its record's position; 0 when pending.</param>
/// <param name="IsPending">Whether the answer said that the log could not be reached.</param>
/// <param name="IsStale">Whether it marked its tags stale, rather than expired.</param>
internal sealed record WriteEvent(string Node, string Cell, string Key, long Version, long Began, long Answered, long Position, bool IsPending = false, bool IsStale = false)
{
    public string Write() => string.Create(CultureInfo.InvariantCulture,
        $"W {Node} {Cell} {Key} {Version} {Began} {Answered} {Position} {(IsPending ? 1 : 0)} {(IsStale ? 1 : 0)}");

    public static WriteEvent Read(string[] parts) => new(
        parts[1], parts[2], parts[3], ReadEvent.Number(parts[4]), ReadEvent.Number(parts[5]), ReadEvent.Number(parts[6]), ReadEvent.Number(parts[7]), parts[8] == "1", parts[9] == "1");
}

/// <summary>A clock that all processes of this machine share: CLOCK_MONOTONIC, which <see cref="TimeProvider.GetTimestamp"/> reads on Linux. It counts from the machine's start, is set by nobody, and goes on while a process is stopped.</summary>
internal static class Moment
{
    public static long Now => TimeProvider.System.GetTimestamp();

    public static long Of(TimeSpan time) => (long)(time.TotalSeconds * TimeProvider.System.TimestampFrequency);

    public static TimeSpan Between(long earlier, long later) => TimeProvider.System.GetElapsedTime(earlier, later);
}
