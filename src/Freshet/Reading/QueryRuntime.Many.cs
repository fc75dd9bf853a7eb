namespace Freshet;

/// <remarks>Many keys at once: hits as ever, one loader call for the misses.</remarks>
internal sealed partial class QueryRuntime<TArgs, TValue>
{
    /// <summary>Reads several keys, each once.</summary>
    public async ValueTask<Reading<TValue>[]> ReadManyAsync(IReadOnlyList<TArgs> keys, Need need, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var readings = new Reading<TValue>[keys.Count];
        var misses = new List<int>();
        for (var i = 0; i < keys.Count; i++)
        {
            if (TryAnswer(keys[i], need) is { } present) readings[i] = present;
            else misses.Add(i);
        }
        // All keys and tags first, so that a bad one throws before anything is loaded.
        var tags = misses.ConvertAll(miss =>
        {
            _ = Query.KeyOf(keys[miss]);
            return Query.TagsOf(keys[miss]);
        });

        var batched = new List<int>(); // places in misses
        var single = new List<int>();
        for (var i = 0; i < misses.Count; i++)
            (LoadsBatches && !IsAnsweredWithoutSource(keys[misses[i]], need) ? batched : single).Add(i);

        foreach (var batch in batched.Chunk(Query.BatchSize))
        {
            var ways = StartBatch(batch, i => keys[misses[i]], i => tags[i], need);
            var loads = batch.Zip(ways, (i, way) => FinishAsync(keys[misses[i]], need, way, cancellationToken).AsTask());
            Take(batch, await Task.WhenAll(loads).ConfigureAwait(false));
        }
        // No more at once than may have their turn: one caller must not fill the queue, and be refused by itself.
        foreach (var wave in single.Chunk(Math.Max(1, Policy.MaxConcurrentLoads)))
            Take(wave, await Task.WhenAll(wave.Select(i => LoadAsync(keys[misses[i]], need, cancellationToken).AsTask())).ConfigureAwait(false));
        return readings;

        void Take(int[] places, Reading<TValue>[] answers)
        {
            for (var i = 0; i < places.Length; i++) readings[misses[places[i]]] = answers[i];
        }
    }

    /// <summary>Reads several keys past the cache, no more at once than may have their turn.</summary>
    public async ValueTask<Reading<TValue>[]> BypassManyAsync(IReadOnlyList<TArgs> keys, Need need, bool satisfied, CancellationToken cancellationToken)
    {
        var readings = new List<Reading<TValue>>(keys.Count);
        foreach (var wave in keys.Chunk(Math.Max(1, Policy.MaxConcurrentLoads)))
            readings.AddRange(await Task.WhenAll(wave.Select(key => BypassAsync(key, need, satisfied, cancellationToken).AsTask())).ConfigureAwait(false));
        return [.. readings];
    }

    private bool IsAnsweredWithoutSource(TArgs args, Need need) => IsPaused(args) && TryGetLastGood(args, need, pause: false) is not null;

    /// <summary>Joins what is under way already and loads the rest with one call.</summary>
    private Way[] StartBatch(int[] places, Func<int, TArgs> keyAt, Func<int, List<Tag>> tagsAt, Need need)
    {
        var ways = new Way[places.Length];
        var flights = new List<Flight<TArgs, TValue>>();
        try
        {
            for (var i = 0; i < places.Length; i++)
            {
                ways[i] = JoinOrStart(keyAt(places[i]), tagsAt(places[i]), need, isBatched: true);
                if (ways[i] is { Flight: { } flight, JoinedAt: null }) flights.Add(flight);
            }
        }
        catch (Exception error)
        {
            foreach (var flight in flights) flight.Abort(error); // others may have joined them by now
            throw;
        }
        if (flights.Count > 0) new BatchLoad<TArgs, TValue>(this, flights).Start(isNested: need.Load?.IsWithin(this) == true);
        return ways;
    }
}
