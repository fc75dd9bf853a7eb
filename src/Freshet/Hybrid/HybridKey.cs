namespace Freshet;

/// <summary>A key of <see cref="FreshetHybridCache"/>, and with it, while it is being loaded, how. Equal by the key alone.</summary>
internal readonly struct HybridKey<T>(string key, HybridLoad<T>? load = null) : IEquatable<HybridKey<T>>
{
    public string Key => key;

    /// <summary>Null in the store: what a caller's factory closes over must not live as long as the value.</summary>
    public HybridLoad<T>? Load => load;

    public bool Equals(HybridKey<T> other) => string.Equals(key, other.Key, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is HybridKey<T> other && Equals(other);

    public override int GetHashCode() => key is null ? 0 : key.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => nameof(HybridKey<>); // keys stay out of logs
}

/// <summary>How one caller of the hybrid cache loads a value.</summary>
/// <param name="Factory">The caller's factory, with its state; null for a value that was set.</param>
/// <param name="Tags">The tags the value carries.</param>
/// <param name="LivesFor">How long it lives.</param>
/// <param name="IsStored">Whether it may be stored.</param>
internal sealed record HybridLoad<T>(Func<CancellationToken, ValueTask<T>>? Factory, IReadOnlyList<Tag> Tags, TimeSpan LivesFor, bool IsStored)
{
    public async Task<T> RunAsync(LoadContext context, CancellationToken cancellationToken)
    {
        context.ExpireWithin(LivesFor);
        if (!IsStored) context.DoNotCache();
        return await Factory!(cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>The tags that a caller of the hybrid cache gives its value.</summary>
internal sealed class HybridTagMapping<T>() : TagMapping<HybridKey<T>>(null, new TagReference(HybridTags.KeyKind, [nameof(HybridKey<>.Key)]))
{
    public override void AddTags(HybridKey<T> source, string declaration, List<Tag> tags)
    {
        if (source.Load is { } load) tags.AddRange(load.Tags);
    }
}
