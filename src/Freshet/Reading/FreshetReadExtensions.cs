namespace Freshet;

/// <summary>The everyday read.</summary>
public static class FreshetReadExtensions
{
    /// <summary>The value of a cached query: from the cache while it is not outdated, else from its loader. A hit allocates nothing.</summary>
    /// <param name="freshet">The application's Freshet. A test double need only implement <see cref="IFreshet.ReadAnswerAsync"/>.</param>
    /// <param name="query">The query, declared in a composed catalog.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="cancellationToken">Ends this caller's wait; a load that others wait for goes on.</param>
    /// <exception cref="UnknownDeclarationException">No composed catalog declares the query.</exception>
    /// <exception cref="InvalidKeyException">An argument is null, empty, too long or has control characters.</exception>
    /// <exception cref="LoadTimeoutException">The loader took longer than the query allows, and no last good value may stand in.</exception>
    /// <exception cref="LoadRejectedException">The loader got no turn at its source in time, and no last good value may stand in.</exception>
    /// <exception cref="LaggingSourceException">The loader returned an older version than was served already, and no last good value may stand in.</exception>
    /// <remarks>
    /// What the loader throws reaches the caller too, unless the query's policy lets the last good value stand in.
    /// An extension, not a member: a generic method called through an interface costs a quarter of a hit.
    /// </remarks>
    public static ValueTask<TValue> ReadAsync<TArgs, TValue>(
        this IFreshet freshet, CachedQuery<TArgs, TValue> query, TArgs args, CancellationToken cancellationToken = default)
        where TArgs : notnull
    {
        ArgumentNullException.ThrowIfNull(query);
        var isMissing = false;
        if (args is not null && query.LastRuntime is { } runtime && ReferenceEquals(runtime.Owner, freshet) && Ambient.Current is null)
        {
            if (runtime.TryGetFresh(args, out var entry))
            {
                runtime.Counters.Hit();
                return new ValueTask<TValue>(entry.Value);
            }
            isMissing = entry is null;
        }
        return freshet is FreshetService service
            ? service.ReadValueAsync(query, args!, isMissing, cancellationToken)
            : ReadThroughAsync(freshet, query, args!, cancellationToken);
    }

    /// <summary>The values of a cached query for several arguments: what is cached from the cache, all the rest with one call of its loader for many (<c>LoadManyWith</c>).</summary>
    /// <param name="freshet">The application's Freshet.</param>
    /// <param name="query">The query, declared in a composed catalog. Without a loader for many, each missing value is loaded by itself, at the same time.</param>
    /// <param name="args">The arguments; repeated ones count once. None give none.</param>
    /// <param name="cancellationToken">Ends this caller's wait; loads that others wait for go on.</param>
    /// <returns>A value for every argument.</returns>
    /// <exception cref="UnknownDeclarationException">No composed catalog declares the query.</exception>
    /// <exception cref="InvalidKeyException">An argument is null, empty, too long or has control characters. Nothing was loaded.</exception>
    /// <exception cref="IncompleteBatchException">The loader left an argument without a value.</exception>
    public static ValueTask<IReadOnlyDictionary<TArgs, TValue>> ReadManyAsync<TArgs, TValue>(
        this IFreshet freshet, CachedQuery<TArgs, TValue> query, IEnumerable<TArgs> args, CancellationToken cancellationToken = default)
        where TArgs : notnull
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(args);
        return freshet is FreshetService service
            ? service.ReadManyAsync(query, args, cancellationToken)
            : ReadManyThroughAsync(freshet, query, args, cancellationToken);
    }

    private static async ValueTask<TValue> ReadThroughAsync<TArgs, TValue>(
        IFreshet freshet, CachedQuery<TArgs, TValue> query, TArgs args, CancellationToken cancellationToken)
        where TArgs : notnull =>
        (await freshet.ReadAnswerAsync(query, args, null, cancellationToken).ConfigureAwait(false)).Value;

    private static async ValueTask<IReadOnlyDictionary<TArgs, TValue>> ReadManyThroughAsync<TArgs, TValue>(
        IFreshet freshet, CachedQuery<TArgs, TValue> query, IEnumerable<TArgs> args, CancellationToken cancellationToken)
        where TArgs : notnull
    {
        var values = new Dictionary<TArgs, TValue>();
        foreach (var key in args.Distinct()) values[key] = await ReadThroughAsync(freshet, query, key, cancellationToken).ConfigureAwait(false);
        return values;
    }
}
