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
    /// <remarks>An extension, not a member: a generic method called through an interface costs a quarter of a hit.</remarks>
    public static ValueTask<TValue> ReadAsync<TArgs, TValue>(
        this IFreshet freshet, CachedQuery<TArgs, TValue> query, TArgs args, CancellationToken cancellationToken = default)
        where TArgs : notnull
    {
        ArgumentNullException.ThrowIfNull(query);
        if (args is not null && query.LastRuntime is { } runtime && ReferenceEquals(runtime.Owner, freshet)
            && Ambient.Current is null && runtime.TryGetFresh(args, out var entry))
        {
            runtime.Counters.Hit();
            return new ValueTask<TValue>(entry.Value);
        }
        return freshet is FreshetService service
            ? service.ReadValueAsync(query, args!, cancellationToken)
            : ReadThroughAsync(freshet, query, args!, cancellationToken);
    }

    private static async ValueTask<TValue> ReadThroughAsync<TArgs, TValue>(
        IFreshet freshet, CachedQuery<TArgs, TValue> query, TArgs args, CancellationToken cancellationToken)
        where TArgs : notnull =>
        (await freshet.ReadAnswerAsync(query, args, null, cancellationToken).ConfigureAwait(false)).Value;
}
