namespace Freshet;

/// <summary>One node's right to load a key for all. Given back once, when its value is stored or will not be.</summary>
internal sealed class LoadLock(SecondLevelAccess access, string key, Guid holder, TimeSpan limit)
{
    private int _released;

    /// <summary>Gives it back. Nobody waits for that; if it fails, the lock lapses.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0) _ = ReleaseAsync();
    }

    private async Task ReleaseAsync() => await access.CallAsync(
        async (level, ct) =>
        {
            await level.UnlockAsync(key, holder, ct).ConfigureAwait(false);
            return true;
        },
        limit, CancellationToken.None).ConfigureAwait(false);
}
