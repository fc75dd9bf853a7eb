using Microsoft.Extensions.Primitives;

namespace Freshet;

/// <summary>Changed once its tag was invalidated after the position its load began at, or the log could not tell.</summary>
/// <param name="links">The links it belongs to.</param>
/// <param name="signal">The tag.</param>
/// <param name="capturedAt">The position applied before the load.</param>
/// <param name="generation">The links' generation then.</param>
/// <param name="isRooted">Whether a callback is kept though nobody holds the token. An entry holds its tokens, so its need not be.</param>
internal sealed class TagChangeToken(TagLinks links, TagSignal signal, long capturedAt, long generation, bool isRooted) : IChangeToken
{
    private bool _bornChanged;

    public TagSignal Signal => signal;

    public bool IsRooted => isRooted;

    public bool HasChanged =>
        signal.InvalidatedAt > capturedAt || generation != links.Generation || Volatile.Read(ref _bornChanged);

    public bool ActiveChangeCallbacks => true;

    /// <summary>The tag was invalidated between the capture and the making of this token.</summary>
    public void MarkBornChanged() => Volatile.Write(ref _bornChanged, true);

    public IDisposable RegisterChangeCallback(Action<object?> callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return links.Register(this, callback, state);
    }
}
