namespace Freshet;

/// <summary>Entries of one cached query that left the store, by reason.</summary>
internal sealed class EvictionCounters
{
    private static readonly EvictionReason[] _reasons = Enum.GetValues<EvictionReason>();
    private readonly long[] _counts = new long[_reasons.Length];

    public static IReadOnlyList<EvictionReason> Reasons => _reasons;

    public long this[EvictionReason reason] => Interlocked.Read(ref _counts[(int)reason]);

    public void Note(EvictionReason reason) => Interlocked.Increment(ref _counts[(int)reason]);

    /// <summary>The reason as the metric writes it.</summary>
    public static string TextOf(EvictionReason reason) => reason switch
    {
        EvictionReason.Entries => "entries",
        EvictionReason.Bytes => "bytes",
        EvictionReason.Expired => "expired",
        EvictionReason.Pressure => "pressure",
        EvictionReason.Replaced => "replaced",
        EvictionReason.Oversized => "oversized",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Give every reason a text here."),
    };
}
