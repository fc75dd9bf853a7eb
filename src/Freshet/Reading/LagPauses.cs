namespace Freshet;

/// <summary>How long a load waits before it asks a source again that returned too low a version.</summary>
/// <remarks>A replica that lags has mostly caught up by then; a reader waits no longer for one that has not.</remarks>
internal static class LagPauses
{
    private static readonly TimeSpan[] _pauses = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200)];

    /// <summary>How often it is asked again at most.</summary>
    public static int Count => _pauses.Length;

    /// <summary>The pause after an attempt; the first is 0.</summary>
    public static TimeSpan After(int attempt) => _pauses[attempt];
}
