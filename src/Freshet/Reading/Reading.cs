namespace Freshet;

/// <summary>How one read was answered.</summary>
internal readonly record struct Reading<TValue>(Entry<TValue> Entry, AnswerSource Source, long ValidAt, bool Satisfied);

/// <summary>What one read needs, once its token was compared with this node.</summary>
/// <param name="RequiredPosition">Position its data must include; 0 for none.</param>
/// <param name="MinimumVersion">Lowest version it accepts; null for any.</param>
/// <param name="Load">The load it is part of; null outside loaders.</param>
/// <param name="IsRendering">Whether it is part of an output that will be stored.</param>
/// <param name="FromSource">Whether only a load that begins after it will do, since nobody knows how old this node's knowledge is (PROTOCOL 7).</param>
internal readonly record struct Need(long RequiredPosition, long? MinimumVersion, LoadContext? Load, bool IsRendering = false, bool FromSource = false)
{
    /// <summary>Whether its value becomes part of one that is stored. Then stale counts as expired (PROTOCOL 15): else the whole would be stored as if it were current.</summary>
    public bool IsPart => Load is not null || IsRendering;

    public bool AcceptsStale(Entry entry) => !IsPart && entry.Loaded.Position >= RequiredPosition;

    public bool AcceptsVersion(long? version) => Meets(version, MinimumVersion);

    /// <summary>The higher of two minimum versions; null asks for nothing.</summary>
    public static long? Higher(long? one, long? other) => one is { } first && other is { } second ? Math.Max(first, second) : one ?? other;

    /// <summary>Whether a version reaches a minimum; what declares no version reaches any.</summary>
    public static bool Meets(long? version, long? minimum) => minimum is null || version is null || version >= minimum;
}

/// <summary>A minimum version in 8 bytes, where a <c>long?</c> takes 16: every load keeps two. As a minimum <see cref="Entry.NoVersion"/> asks for nothing, so it stands for none.</summary>
internal readonly struct LeastVersion(long? version)
{
    private readonly long _version = (version ?? Entry.NoVersion) ^ Entry.NoVersion; // a struct that was never set is none, too

    public long? Value => _version == 0 ? null : _version ^ Entry.NoVersion;
}
