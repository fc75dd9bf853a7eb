namespace Freshet;

/// <summary>Makes a query whose arguments bring their own loader.</summary>
internal static class HybridLoading
{
    public static CachedQuery<HybridKey<T>, T> LoadForHybridCache<T>(this CachedQuery<HybridKey<T>, T> query) => query.WithoutCatalog(
        new HybridTagMapping<T>(),
        key => KeyText.Format(key.Key, query.Name, "the key"),
        key => new HybridKey<T>(key.Key),
        (_, key, context, cancellationToken) => key.Load!.RunAsync(context, cancellationToken));
}
