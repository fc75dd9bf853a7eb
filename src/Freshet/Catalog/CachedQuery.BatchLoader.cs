using Microsoft.Extensions.DependencyInjection;

namespace Freshet;

/// <summary>A loader of many values at once, with its services already asked for.</summary>
internal delegate Task<IReadOnlyDictionary<TArgs, TValue>> BatchLoader<TArgs, TValue>(
    IServiceProvider services, IReadOnlyList<TArgs> args, BatchContext<TArgs> context, CancellationToken cancellationToken) where TArgs : notnull;

public sealed partial class CachedQuery<TArgs, TValue>
{
    /// <summary>Most arguments a batch loader is given at once, unless told otherwise: databases limit the parameters of one statement.</summary>
    public const int DefaultBatchSize = 500;

    internal BatchLoader<TArgs, TValue>? BatchLoader { get; private set; }

    internal int BatchSize { get; private set; } = DefaultBatchSize;

    /// <summary>Loads many values with one call, for <c>ReadManyAsync</c>: <c>LoadManyWith((Db db, IReadOnlyList&lt;string&gt; ids, CancellationToken ct) => db.SummariesAsync(ids, ct))</c>. Without <c>LoadWith</c> beside it, single reads use it too.</summary>
    /// <param name="load">Returns a value for every argument it is given, each once; null for what does not exist.</param>
    /// <param name="batchSize">Most arguments it takes at once; more are given to several calls. Default: 500. At least 1.</param>
    public CachedQuery<TArgs, TValue> LoadManyWith<TService>(
        Func<TService, IReadOnlyList<TArgs>, CancellationToken, Task<IReadOnlyDictionary<TArgs, TValue>>> load, int batchSize = DefaultBatchSize) where TService : notnull =>
        WithMany((services, args, _, ct) => load(services.GetRequiredService<TService>(), args, ct), batchSize);

    /// <summary>Loads many values with one call, and says something about each, such as tags found in it.</summary>
    /// <inheritdoc cref="LoadManyWith{TService}(Func{TService, IReadOnlyList{TArgs}, CancellationToken, Task{IReadOnlyDictionary{TArgs, TValue}}}, int)" path="/param"/>
    public CachedQuery<TArgs, TValue> LoadManyWith<TService>(
        Func<TService, IReadOnlyList<TArgs>, BatchContext<TArgs>, CancellationToken, Task<IReadOnlyDictionary<TArgs, TValue>>> load, int batchSize = DefaultBatchSize)
        where TService : notnull =>
        WithMany((services, args, context, ct) => load(services.GetRequiredService<TService>(), args, context, ct), batchSize);

    private CachedQuery<TArgs, TValue> WithMany(BatchLoader<TArgs, TValue> loader, int batchSize)
    {
        ThrowIfComposed();
        if (batchSize < 1) AddFault(CatalogFaultKind.InvalidPolicy, $"its batch size is {batchSize}", "Use at least 1, or leave it out.");
        BatchLoader = loader;
        BatchSize = Math.Max(1, batchSize);
        return this;
    }

    /// <summary>One value by the loader of many: what a single read uses when there is no other loader.</summary>
    private async Task<TValue> LoadOneOfManyAsync(IServiceProvider services, TArgs args, LoadContext context, CancellationToken cancellationToken)
    {
        var values = await BatchLoader!(services, [args], new BatchContext<TArgs>([KeyValuePair.Create(args, context)]), cancellationToken).ConfigureAwait(false);
        return values.TryGetValue(args, out var value) ? value : throw new IncompleteBatchException(Name, asked: 1, missing: 1);
    }
}
