namespace Freshet.Redis.Tests.Faults;

/// <summary>What a node has counted.</summary>
internal sealed record NodeCounts
{
    public long Reads { get; init; }

    /// <summary>Writes that were answered as finished.</summary>
    public long Finished { get; init; }

    public long Hits { get; init; }

    public long Stale { get; init; }

    public long Loads { get; init; }

    /// <summary>Most loads of one query at the same time.</summary>
    public int MostLoadsAtOnce { get; init; }

    public long RefusedUnconfirmed { get; init; }

    public long Position { get; init; }

    public long Exchanges { get; init; }

    public long FailedExchanges { get; init; }

    public long Gaps { get; init; }

    public long NewEpochs { get; init; }

    public long Trims { get; init; }

    public long Reconnects { get; init; }

    /// <summary>Writes that waited until another node's lease had run out.</summary>
    public long WaitedOut { get; init; }

    public int Pending { get; init; }

    /// <summary>Messages of the log that were dropped, doubled or held up on purpose.</summary>
    public int Disturbed { get; init; }

    public static NodeCounts Of(NodeApp app) => new()
    {
        Reads = app.Recorder.Reads,
        Finished = app.Recorder.Finished,
        Hits = app.Counters.Sum(each => each.Hits),
        Stale = app.Counters.Sum(each => each.Stale),
        Loads = app.Source.Loads,
        MostLoadsAtOnce = app.Source.MostAtOnce,
        RefusedUnconfirmed = app.Counters.Sum(each => each.RefusedUnconfirmed),
        Position = app.Log.Position.Position,
        Exchanges = app.Log.Counters.Exchanges,
        FailedExchanges = app.Log.Counters.FailedExchanges,
        Gaps = app.Log.Counters.Gaps,
        NewEpochs = app.Log.Counters.NewEpochs,
        Trims = app.Log.Counters.Trims,
        Reconnects = app.Log.Counters.Reconnects,
        WaitedOut = app.Log.Counters.WaitedOut.Sum(each => each.Value),
        Pending = app.Log.Pending.Count,
        Disturbed = app.Told.Disturbed,
    };
}
