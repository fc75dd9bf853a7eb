namespace Freshet;

/// <summary>The ordered record of invalidations of one keyspace, to look at and to follow.</summary>
public interface IFreshnessLog
{
    /// <summary>The position this node has fully applied.</summary>
    LogPosition Position { get; }

    /// <summary>Every record after a position, then each new one as it is applied on this node, until cancelled.</summary>
    /// <param name="after">Position of the last record already seen; 0 for all.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <exception cref="LogTrimmedException">Records after <paramref name="after"/> are no longer kept, or it lies past the log's end, as after a restart: whoever follows must start over.</exception>
    IAsyncEnumerable<LogRecord> FollowAsync(long after, CancellationToken cancellationToken = default);
}

/// <summary>A follower asked for records that are no longer kept. What it built from earlier ones may have missed an invalidation.</summary>
public sealed class LogTrimmedException : FreshetException
{
    internal LogTrimmedException(long after, long oldest)
        : base($"This log does not have the records after position {after}: they were trimmed, or counted by a log that is gone (the oldest kept is {oldest}). Treat everything built from the log as outdated and follow again from the current position, or raise FreshetOptions.LogRetention.")
    {
        After = after;
        Oldest = oldest;
    }

    /// <inheritdoc/>
    public override string Code => "log-trimmed";

    /// <summary>The position that was asked for.</summary>
    public long After { get; }

    /// <summary>Position of the oldest record still kept.</summary>
    public long Oldest { get; }
}
