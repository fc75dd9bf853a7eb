namespace Freshet;

/// <summary>A page as it is stored.</summary>
internal sealed class RenderedOutput(byte[] content, IReadOnlyList<string> outputTags, TagMark[] strict, TimeSpan browserTime, string page)
{
    /// <summary>Status, headers and body, as the output caching middleware writes them.</summary>
    public byte[] Content => content;

    /// <summary>Output caching's own tags, which <c>EvictByTagAsync</c> goes by.</summary>
    public IReadOnlyList<string> OutputTags => outputTags;

    /// <summary>How long a browser may show it without asking, as far as its parts say.</summary>
    public TimeSpan BrowserTime => browserTime;

    /// <summary>Whether a part accepts nothing that is outdated.</summary>
    public bool HasStrictPart => strict.Length > 0;

    /// <summary>Its route pattern.</summary>
    public string Page => page;

    /// <summary>The render that will replace it, if it is to be replaced.</summary>
    public RenewalPlan Renewal { get; } = new();

    /// <summary>Whether a tag of a part that does not accept stale data was invalidated: then marked stale counts as expired, whatever the other parts accept.</summary>
    public bool IsStrictlyOutdated(long loadedAt) => Entry.InvalidatedAfterLoad(loadedAt, strict);

    /// <summary>What it takes in memory beyond its key and tags.</summary>
    public static long SizeOf(RenderedOutput output) => output.Content.LongLength + 128;
}
