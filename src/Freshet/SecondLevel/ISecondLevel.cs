namespace Freshet;

/// <summary>The store that nodes share behind their memory, and the locks by which one of them loads for all. Any call may fail or never return; callers bound the wait.</summary>
internal interface ISecondLevel
{
    /// <summary>The bytes stored under a key, and how long the store keeps them yet; null when there are none.</summary>
    ValueTask<StoredBytes?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Stores bytes unless what is there was loaded later in the same epoch (PROTOCOL 4). Of two epochs the newcomer wins: the other's entries are outdated for whoever follows the log.</summary>
    /// <param name="key">The key.</param>
    /// <param name="loadedAt">Epoch and position fully applied before the load began.</param>
    /// <param name="livesFor">The time to live that is left.</param>
    /// <param name="value">Header and payload.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it was stored.</returns>
    ValueTask<bool> SetAsync(string key, LogPosition loadedAt, TimeSpan livesFor, ReadOnlyMemory<byte> value, CancellationToken cancellationToken);

    /// <summary>Takes the right to load a key for everybody, unless another node has it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="holder">Who asks: random for each attempt, so that nobody releases another's lock.</param>
    /// <param name="lapse">How long it lasts if it is not released.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it was taken.</returns>
    ValueTask<bool> TryLockAsync(string key, Guid holder, TimeSpan lapse, CancellationToken cancellationToken);

    /// <summary>Gives the right back if this holder still has it, and wakes those who wait.</summary>
    ValueTask UnlockAsync(string key, Guid holder, CancellationToken cancellationToken);

    /// <summary>Completes when a key's lock was given back, as far as this node hears of it; never certain, so callers bound the wait.</summary>
    Task WhenUnlockedAsync(string key, CancellationToken cancellationToken);
}

/// <summary>What the second level holds under a key.</summary>
/// <param name="Bytes">Header and payload. The memory belongs to whoever asked.</param>
/// <param name="Remaining">How long the store keeps it yet, by the store's own clock, read no later than the bytes; null when it would keep it for good.</param>
/// <remarks>
/// Read no later than the bytes, or in the same step: in between the entry may be replaced. A remaining time of the predecessor is
/// harmless, since the bytes say how long they may live at most; that of the successor would prolong the predecessor's life.
/// </remarks>
internal readonly record struct StoredBytes(ReadOnlyMemory<byte> Bytes, TimeSpan? Remaining);
