namespace Freshet;

/// <summary>What the last garbage collection saw of the machine's memory, or of the container's.</summary>
/// <param name="Collection">Number of that collection.</param>
/// <param name="Load">Bytes in use.</param>
/// <param name="HighLoad">Bytes in use from which memory counts as scarce.</param>
internal readonly record struct MemoryReading(long Collection, long Load, long HighLoad)
{
    public bool IsScarce => HighLoad > 0 && Load >= HighLoad;

    public static MemoryReading Now()
    {
        var info = GC.GetGCMemoryInfo();
        return new MemoryReading(info.Index, info.MemoryLoadBytes, info.HighMemoryLoadThresholdBytes);
    }
}
