namespace Freshet;

/// <summary>What a node knows of its log at one moment.</summary>
/// <param name="Unconfirmed">How long ago it last was known to be at the head.</param>
/// <param name="IsAway">Whether the log could not be reached last time.</param>
internal readonly record struct LogStanding(TimeSpan Unconfirmed, bool IsAway);

/// <summary>How a cached query stands with one key on one node: for people, and never with the value. All times are by the node's own clock.</summary>
/// <param name="Arguments">The key as text.</param>
/// <param name="Applied">What the node had applied when it looked.</param>
/// <param name="Served">How an everyday read would be answered from memory now; null when it would not be.</param>
/// <param name="Reasons">Why not, or why not as a plain hit; empty for a plain hit.</param>
/// <param name="Entry">What is stored; null when nothing is.</param>
/// <param name="Load">The load that a read might join; null when none runs.</param>
/// <param name="Failing">Loads of this key that failed while the value was at hand; null when none did.</param>
internal sealed record Explanation(
    string Arguments, LogPosition Applied, AnswerSource? Served, IReadOnlyList<ExplainedReason> Reasons, ExplainedEntry? Entry, ExplainedLoad? Load, ExplainedFailing? Failing);

/// <summary>One reason, by its code.</summary>
/// <param name="Code"><c>missing</c>, <c>expired</c>, <c>outdated</c>, <c>other-epoch</c>, <c>stale</c>, <c>stale-refused</c>, <c>minimum-version</c>, <c>unconfirmed</c>, <c>no-lease</c>, <c>held</c>, <c>young-log</c> or <c>paused</c>.</param>
/// <param name="Tag">The tag that outdates the value, where it is one.</param>
/// <param name="Position">The position at which it did.</param>
/// <param name="Hold">The hold that stands on the tag, where it is one.</param>
internal sealed record ExplainedReason(string Code, Tag? Tag = null, long? Position = null, ExplainedHold? Hold = null)
{
    public const string Held = "held";
    public const string YoungLog = "young-log";

    public const string Missing = "missing";
    public const string Expired = "expired";
    public const string Outdated = "outdated";
    public const string OtherEpoch = "other-epoch";
    public const string Stale = "stale";
    public const string StaleRefused = "stale-refused";
    public const string MinimumVersion = "minimum-version";
    public const string Unconfirmed = "unconfirmed";
    public const string NoLease = "no-lease";
    public const string Paused = "paused";
}

/// <summary>A write that is on its way.</summary>
/// <param name="Trigger">What runs it.</param>
/// <param name="Action">The action's name.</param>
/// <param name="Actor">Who does it, as far as its host knows.</param>
/// <param name="For">How long the hold has stood.</param>
internal sealed record ExplainedHold(TriggerKind Trigger, string Action, string? Actor, TimeSpan For);

/// <summary>What is stored under a key.</summary>
/// <param name="Loaded">Epoch and position fully applied before its load began.</param>
/// <param name="Age">Since its load began.</param>
/// <param name="LivesFor">What is left of its time to live; below zero when it has died and was not removed yet.</param>
/// <param name="Version">Its version; null when it has none.</param>
/// <param name="Bytes">What it takes in memory, by estimate.</param>
/// <param name="Tags">Its tags.</param>
internal sealed record ExplainedEntry(LogPosition Loaded, TimeSpan Age, TimeSpan LivesFor, long? Version, int Bytes, IReadOnlyList<ExplainedTag> Tags);

/// <summary>A tag of what is stored.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="InvalidatedAt">Position of its last invalidation, as far as this node knows; 0 for none. Where the node has forgotten, the position up to which it takes one for granted.</param>
/// <param name="Verdict">What that means for this value.</param>
/// <param name="Deadline">For a value that was marked stale: how long it may still be served.</param>
internal sealed record ExplainedTag(Tag Tag, long InvalidatedAt, Verdict Verdict, TimeSpan? Deadline);

/// <summary>A load that runs.</summary>
/// <param name="For">How long it has run, or waited for its turn.</param>
/// <param name="CapturedAt">The position it captured; null while it waits for its turn at the source.</param>
/// <param name="CanBeJoined">Whether an everyday read that comes now would wait for it (R2).</param>
internal sealed record ExplainedLoad(TimeSpan For, long? CapturedAt, bool CanBeJoined);

/// <summary>Loads that failed.</summary>
/// <param name="For">How long they have failed.</param>
/// <param name="RetryIn">When the source is asked again; null when it may be asked now.</param>
internal sealed record ExplainedFailing(TimeSpan For, TimeSpan? RetryIn);
