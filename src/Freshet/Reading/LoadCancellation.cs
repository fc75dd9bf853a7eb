namespace Freshet;

/// <summary>Cancels a loader when nobody wants its value any more.</summary>
internal static class LoadCancellation
{
    /// <summary>Not on the leaver's own time: whatever the loader hung on its token runs now, and may throw or take long.</summary>
    /// <param name="source">Where the loader's token comes from.</param>
    /// <param name="failed">Told of what the loader had hung on its token, when that throws.</param>
    public static async Task CancelAsync(CancellationTokenSource source, Action<Exception> failed)
    {
        try
        {
            await source.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The load ended in the meantime: there is nothing left to cancel.
        }
        catch (AggregateException errors)
        {
            failed(errors);
        }
    }
}
