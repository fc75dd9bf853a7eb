namespace Freshet;

/// <summary>How much one node keeps in memory, over all its cached queries.</summary>
/// <param name="Entries">Most entries.</param>
/// <param name="Bytes">Most bytes, by estimate.</param>
internal sealed record StoreLimits(int Entries, long Bytes)
{
    /// <summary>One entry may take a tenth of the bytes. Else a single huge value would empty the store for everyone.</summary>
    private const int LargestShare = 10;

    /// <summary>Part of the memory available to the process that the store takes unless told otherwise: a quarter.</summary>
    private const int DefaultShare = 4;

    public static StoreLimits From(FreshetOptions options) =>
        new(options.MaxEntries, options.MaxBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / DefaultShare);

    private readonly long _largest = Bytes / LargestShare; // every load that lands compares with it

    public bool Admit(int bytes) => bytes <= _largest;

    /// <summary>Which limit is passed; null when neither is.</summary>
    public EvictionReason? Passed(int entries, long bytes) =>
        entries > Entries ? EvictionReason.Entries : bytes > Bytes ? EvictionReason.Bytes : null;
}
