namespace Freshet;

/// <summary>Why an entry left the store, or was refused by it.</summary>
internal enum EvictionReason
{
    /// <summary>The node held more entries than <see cref="FreshetOptions.MaxEntries"/>.</summary>
    Entries,

    /// <summary>The node's entries were estimated at more than <see cref="FreshetOptions.MaxBytes"/>.</summary>
    Bytes,

    /// <summary>It was past its time to live.</summary>
    Expired,

    /// <summary>The machine was short of memory.</summary>
    Pressure,

    /// <summary>A newer entry of the same key took its place.</summary>
    Replaced,

    /// <summary>It was never stored: it alone would have taken too large a share of <see cref="FreshetOptions.MaxBytes"/>.</summary>
    Oversized,
}
