using Microsoft.Extensions.Primitives;

namespace Freshet;

/// <summary>Where the log stood before a load began. Taken with <c>freshet.CapturePosition()</c>, it lets an entry of a cache that is not Freshet's be born outdated when its load straddles an invalidation (R1).</summary>
/// <remarks>
/// <code>
/// captured, the load begins  ->  reads "past due"  ->  the payment commits, account:acc_88 is invalidated  ->  the load ends
/// </code>
/// A token made now, without the capture, would only hear of later invalidations, and "past due" would stay.
/// </remarks>
public sealed class CapturedPosition
{
    private readonly TagLinks _links;
    private readonly Lock _gate = new();
    private readonly List<TagChangeToken> _tokens = []; // guarded by _gate

    internal CapturedPosition(TagLinks links, LogPosition position, long generation)
    {
        _links = links;
        Position = position;
        Generation = generation;
    }

    /// <summary>The position this node had fully applied.</summary>
    public LogPosition Position { get; }

    /// <summary>Whether a tag that a token was asked for has been invalidated since the capture: what was loaded must not be stored.</summary>
    public bool IsOutdated
    {
        get
        {
            lock (_gate) return _tokens.Exists(token => token.HasChanged);
        }
    }

    internal long Generation { get; }

    /// <summary>A token that is changed once the tag was invalidated after this position, however late it is asked for.</summary>
    /// <exception cref="InvalidKeyException">The tag is <c>default</c>.</exception>
    public IChangeToken ChangeTokenFor(Tag tag) => Make(tag, isRooted: true);

    internal TagChangeToken Make(Tag tag, bool isRooted)
    {
        var token = _links.TokenFor(tag, this, isRooted);
        lock (_gate) _tokens.Add(token);
        return token;
    }
}
