namespace Freshet.Tests;

/// <summary>What others do meanwhile.</summary>
internal static class Elsewhere
{
    /// <summary>Outside the action around, as another request would be: inside it a read goes past the cache anyway.</summary>
    public static Task<T> DoAsync<T>(Func<Task<T>> what)
    {
        using var _ = ExecutionContext.SuppressFlow();
        return Task.Run(what);
    }

    /// <summary>Waits for what happens on other threads. Without it this never ends but by the watchdog.</summary>
    public static async Task UntilAsync(Func<bool> isSo)
    {
        var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
        while (!isSo())
        {
            if (watchdog.IsCompleted) throw new TimeoutException("It never came to be so.");
            await Task.Yield();
        }
    }
}
