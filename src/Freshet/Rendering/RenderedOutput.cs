namespace Freshet;

/// <summary>A page as it is stored.</summary>
internal sealed class RenderedOutput(byte[] content, IReadOnlyList<string> outputTags, TagMark[] strict, TimeSpan browserTime, RenderBound bound, string page)
{
    /// <summary>Status, headers and body, as the output caching middleware writes them.</summary>
    public byte[] Content => content;

    /// <summary>Output caching's own tags, which <c>EvictByTagAsync</c> goes by.</summary>
    public IReadOnlyList<string> OutputTags => outputTags;

    /// <summary>How long a browser may show it without asking, as far as its parts say.</summary>
    public TimeSpan BrowserTime => browserTime;

    /// <summary>Whether a part accepts nothing that is outdated.</summary>
    public bool HasStrictPart => strict.Length > 0;

    /// <summary>How current the node must be that serves it.</summary>
    public RenderBound Bound => bound;

    /// <summary>Its route pattern.</summary>
    public string Page => page;

    /// <summary>The render that will replace it, if it is to be replaced.</summary>
    public RenewalPlan Renewal { get; } = new();

    /// <summary>Whether a tag of a part that does not accept stale data was invalidated: then marked stale counts as expired, whatever the other parts accept.</summary>
    public bool IsStrictlyOutdated(long loadedAt) => Entry.InvalidatedAfterLoad(loadedAt, strict);

    /// <summary>What it takes in memory beyond its key and tags.</summary>
    public static long SizeOf(RenderedOutput output) => output.Content.LongLength + 128;
}

/// <summary>How current a node must be that serves an output: the strictest of its parts counts (R4).</summary>
/// <param name="MaxStaleness">How far behind a finished write it may be, in milliseconds.</param>
/// <param name="OutageGrace">How long beyond that it may serve while the log cannot be reached, in milliseconds.</param>
internal readonly record struct RenderBound(long MaxStaleness, long OutageGrace)
{
    /// <summary>Of an output without cached parts, which only its path's tags outdate: as of a low query.</summary>
    public static RenderBound Loosest { get; } = Of(QueryPolicy.For(RiskLevel.Low));

    /// <summary>Of an output that is still being rendered: whoever waits for it began later, and nothing is known of its parts.</summary>
    public static RenderBound Strictest { get; }

    public static RenderBound Of(QueryPolicy policy) => new((long)policy.MaxStaleness.TotalMilliseconds, (long)policy.OutageGrace.TotalMilliseconds);

    public RenderBound And(RenderBound other) => new(Math.Min(MaxStaleness, other.MaxStaleness), Math.Min(OutageGrace, other.OutageGrace));

    public bool Allows(TimeSpan unconfirmed) => OutageGrace > 0 && unconfirmed.TotalMilliseconds <= MaxStaleness + OutageGrace;
}
