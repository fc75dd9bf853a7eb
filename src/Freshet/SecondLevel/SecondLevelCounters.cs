namespace Freshet;

/// <summary>What the second level answered to a read of one cached query.</summary>
internal enum SecondLevelResult
{
    /// <summary>A value that was served.</summary>
    Hit,

    /// <summary>Nothing.</summary>
    Miss,

    /// <summary>A value that was invalidated since, is of another epoch, or lacks what the read needs.</summary>
    Outdated,

    /// <summary>Bytes that are no entry of ours.</summary>
    Unreadable,

    /// <summary>Nothing within the query's limit.</summary>
    TimedOut,

    /// <summary>It was not asked: it has failed lately.</summary>
    Skipped,

    /// <summary>An error.</summary>
    Failed,
}

/// <summary>What became of a value that was to be stored in the second level.</summary>
internal enum StoreResult
{
    /// <summary>It is there.</summary>
    Stored,

    /// <summary>What is there was loaded later.</summary>
    Refused,

    /// <summary>It died, or was invalidated, before it was its turn.</summary>
    Outdated,

    /// <summary>It is larger than the limit.</summary>
    TooLarge,

    /// <summary>Too many others waited.</summary>
    Dropped,

    /// <summary>No answer in time. It may be there, or come to be.</summary>
    TimedOut,

    /// <summary>The second level has failed lately and was not asked.</summary>
    Skipped,

    /// <summary>An error, of the store or of the serializer.</summary>
    Failed,
}

/// <summary>How a wait for another node's load ended.</summary>
internal enum LockWaitResult
{
    /// <summary>With that node's value.</summary>
    Filled,

    /// <summary>That node gave its lock back, or died, and this node has it now.</summary>
    Taken,

    /// <summary>The lock's time was up; this node loads without it.</summary>
    Lapsed,

    /// <summary>The locks could not be asked; this node loads without one.</summary>
    Failed,
}

/// <summary>What one cached query has done with the second level.</summary>
internal sealed class SecondLevelCounters
{
    private readonly long[] _requests = new long[Enum.GetValues<SecondLevelResult>().Length];
    private readonly long[] _stores = new long[Enum.GetValues<StoreResult>().Length];
    private readonly long[] _waits = new long[Enum.GetValues<LockWaitResult>().Length];
    private Action<int>? _recordPayload;

    public long this[SecondLevelResult result] => Interlocked.Read(ref _requests[(int)result]);

    public long this[StoreResult result] => Interlocked.Read(ref _stores[(int)result]);

    public long this[LockWaitResult result] => Interlocked.Read(ref _waits[(int)result]);

    public void Note(SecondLevelResult result) => Interlocked.Increment(ref _requests[(int)result]);

    public void Note(StoreResult result) => Interlocked.Increment(ref _stores[(int)result]);

    public void Note(LockWaitResult result) => Interlocked.Increment(ref _waits[(int)result]);

    /// <summary>Tells how large what is handed to the store is, header and payload.</summary>
    public void NotePayload(int bytes) => Volatile.Read(ref _recordPayload)?.Invoke(bytes);

    /// <summary>Where sizes are reported one by one. Set once, before the first read.</summary>
    public void ReportTo(Action<int> recordPayload) => Volatile.Write(ref _recordPayload, recordPayload);
}
