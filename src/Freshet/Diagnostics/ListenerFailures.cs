using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>What listeners of metrics and traces throw. They run on the way of a load or an append, which must not fail for them.</summary>
/// <remarks>
/// Without it: a listener throws while a load's duration is recorded -> the load ends before it has answered -> its readers wait
/// for ever. Told once in the log, counted always, as <c>freshet.warnings</c>.
/// </remarks>
internal sealed class ListenerFailures(ILogger<ListenerFailures> logger)
{
    private int _told;

    /// <summary>Whether a listener has ever thrown.</summary>
    public bool Any => Volatile.Read(ref _told) != 0;

    public void Note(Exception error)
    {
        if (Interlocked.Exchange(ref _told, 1) != 0) return;
        try
        {
            logger.ListenerFailed(error, error.GetType().Name);
        }
#pragma warning disable CA1031 // The log is broken as well: the metric still says that something is.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
