namespace Freshet;

/// <summary>Where an answer came from.</summary>
public enum AnswerSource
{
    /// <summary>The cache.</summary>
    Cache,

    /// <summary>The cache, though a tag was marked stale: one load is replacing it.</summary>
    StaleCache,

    /// <summary>A load that this read started.</summary>
    Load,

    /// <summary>A load that was running already.</summary>
    JoinedLoad,

    /// <summary>The cache, though outdated: the loader failed, and the level accepts the last good value for a while.</summary>
    LastGood,

    /// <summary>The source, past the cache: the read could not be answered from it, and left it alone.</summary>
    Bypass,

    /// <summary>The second level: another node, or an earlier run of this one, has loaded it.</summary>
    SecondLevel,
}

/// <summary>A value with what is known of its freshness.</summary>
/// <param name="Value">The value.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="LoadedAt">Epoch and position fully applied before its load began.</param>
/// <param name="ValidAt">Highest position, in the same epoch, at which it is known valid. One below <paramref name="LoadedAt"/>, so that there is no such position, when it <see cref="IsSettled">is not settled</see>.</param>
/// <param name="Tags">The tags it carries.</param>
/// <param name="Version">The value's version; null when the query declares none.</param>
/// <param name="Satisfied">False when a consistency token or minimum version could not be met in time.</param>
public sealed record Answer<TValue>(
    TValue Value, AnswerSource Source, LogPosition LoadedAt, long ValidAt, IReadOnlyList<Tag> Tags, long? Version, bool Satisfied)
{
    /// <summary>Whether a position is known at which it was valid. False when it was read while a write was on its way: it is as new as the source was, and nobody knows whether that write is in it.</summary>
    public bool IsSettled => ValidAt >= LoadedAt.Position;
}

/// <summary>What a reader asks for beyond the query's policy.</summary>
/// <param name="Token">Position the read must have reached: the reader's own last write (R3).</param>
/// <param name="MinimumVersion">Lowest version accepted, for queries whose values carry one.</param>
public sealed record ReadRequirement(ConsistencyToken? Token = null, long? MinimumVersion = null)
{
    /// <summary>Both requirements as one: the later token, the higher version.</summary>
    /// <param name="inner">The other; null asks for nothing more. Of two tokens that cannot be ordered, its token counts.</param>
    public ReadRequirement And(ReadRequirement? inner)
    {
        if (inner is null || inner == this) return this;
        var token = Token is { } first && inner.Token is { } second ? ConsistencyToken.Later(first, second) : Token ?? inner.Token;
        return new ReadRequirement(token, Need.Higher(MinimumVersion, inner.MinimumVersion));
    }
}
