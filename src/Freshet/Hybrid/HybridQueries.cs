namespace Freshet;

/// <summary>The queries behind one hybrid cache: one for each type of value, made when it is first used.</summary>
internal sealed class HybridQueries(FreshetService freshet, string? name, FreshetHybridCacheOptions options)
{
    private readonly Lock _gate = new();
    private volatile Dictionary<Type, QueryRuntime> _byType = []; // replaced, never changed

    public QueryRuntime<HybridKey<T>, T> Of<T>()
    {
        // Most callers use few types, and many applications one cache: a static per type spares the look-up.
        if (Last<T>.Runtime is { } last && ReferenceEquals(last.Owner, this)) return last.Runtime;
        if (!_byType.TryGetValue(typeof(T), out var runtime)) runtime = Make<T>();
        var typed = (QueryRuntime<HybridKey<T>, T>)runtime;
        Last<T>.Runtime = new Owned<T>(this, typed);
        return typed;
    }

    private QueryRuntime Make<T>()
    {
        lock (_gate)
        {
            if (_byType.TryGetValue(typeof(T), out var present)) return present;
            var query = new CachedQuery<HybridKey<T>, T>(NameOf(typeof(T)), RiskLevel.Medium).LoadForHybridCache();
            var runtime = freshet.AddRuntime(new DeclaredQuery(query, nameof(FreshetHybridCache), "", Policy(), []));
            _byType = new Dictionary<Type, QueryRuntime>(_byType) { [typeof(T)] = runtime };
            return runtime;
        }
    }

    /// <summary>What a caller of a hybrid cache expects: no old value on any account, and no factory run when its caller is gone.</summary>
    private QueryPolicy Policy() => QueryPolicy.For(RiskLevel.Medium) with
    {
        TimeToLive = freshet.MaxTimeToLive,
        ServeStale = false,
        StaleOnError = TimeSpan.Zero,
        EarlyRefresh = false,
        LoadTimeout = options.LoadTimeout,
        MaxConcurrentLoads = int.MaxValue,
    };

    /// <summary>The name in metrics and logs: <c>hybrid-cache.Summary</c>, numbered when two types share one.</summary>
    private string NameOf(Type type)
    {
        var simple = new string([.. type.Name.Where(c => char.IsAsciiLetterOrDigit(c))]);
        var wanted = $"{(name is null ? "hybrid-cache" : $"hybrid-cache.{new string([.. name.Where(char.IsAsciiLetterOrDigit)])}")}.{simple}";
        var taken = _byType.Values.Count(runtime => runtime.Name == wanted || runtime.Name.StartsWith(wanted + "-", StringComparison.Ordinal));
        return taken == 0 ? wanted : $"{wanted}-{taken + 1}";
    }

    private sealed record Owned<T>(HybridQueries Owner, QueryRuntime<HybridKey<T>, T> Runtime);

    private static class Last<T>
    {
        public static volatile Owned<T>? Runtime;
    }
}
