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
        var missed = misses.ConvertAll(place => new Miss(place, keys[place], TagsOfValid(keys[place])));
        // Decided once: a batch that fails must not send its keys the other way.
        var isBatched = missed.ToLookup(miss => LoadsBatches && !IsAnsweredWithoutSource(miss.Args, need));

        foreach (var batch in isBatched[true].Chunk(Query.BatchSize))
        {
            var ways = StartBatch(batch, need);
            await TakeAsync(batch, batch.Zip(ways, (miss, way) => FinishAsync(miss.Args, need, way, cancellationToken).AsTask())).ConfigureAwait(false);
        }
        foreach (var wave in Waves(isBatched[false]))
            await TakeAsync(wave, wave.Select(LoadOneAsync)).ConfigureAwait(false);
        return readings;

        // A method of its own, so that a key whose equality throws fails its own load, and those begun before it are waited for.
        async Task<Reading<TValue>> LoadOneAsync(Miss miss) => await LoadAsync(miss.Args, miss.Tags, need, cancellationToken).ConfigureAwait(false);

        async Task TakeAsync(Miss[] those, IEnumerable<Task<Reading<TValue>>> loads)
        {
            var answers = await Task.WhenAll(loads).ConfigureAwait(false);
            for (var i = 0; i < those.Length; i++) readings[those[i].Place] = answers[i];
        }
    }

    /// <summary>Reads several keys past the cache.</summary>
    public async ValueTask<Reading<TValue>[]> BypassManyAsync(IReadOnlyList<TArgs> keys, Need need, bool satisfied, CancellationToken cancellationToken)
    {
        var readings = new List<Reading<TValue>>(keys.Count);
        foreach (var wave in Waves(keys))
            readings.AddRange(await Task.WhenAll(wave.Select(key => BypassAsync(key, need, satisfied, cancellationToken).AsTask())).ConfigureAwait(false));
        return [.. readings];
    }

    /// <summary>A key that is not in memory, and its place among those asked for.</summary>
    private readonly record struct Miss(int Place, TArgs Args, IReadOnlyList<Tag> Tags);

    // No more at once than may have their turn: one caller must not fill the queue, and be refused by itself.
    private IEnumerable<T[]> Waves<T>(IEnumerable<T> all) => all.Chunk(Math.Max(1, Policy.MaxConcurrentLoads));

    private bool IsAnsweredWithoutSource(TArgs args, in Need need) => IsPaused(args) && TryGetLastGood(args, need, pause: false) is not null;

    /// <summary>Joins what is under way already and loads the rest with one call.</summary>
    private Way[] StartBatch(Miss[] misses, Need need)
    {
        // One call for all of them, and what its loader reads in turn is read for all: none of it from the cache, where one key's must not be.
        if (HoldsAt(Node.Applied) is { } holds && misses.Any(miss => holds.Touch(miss.Tags, FoundKinds))) need = need with { FromSource = true };
        var flights = new List<Flight<TArgs, TValue>>();
        Way[] ways;
        try
        {
            ways = Array.ConvertAll(misses, miss =>
            {
                var way = JoinOrStart(miss.Args, miss.Tags, need, isBatched: true);
                if (way.MustStart) flights.Add(way.Flight!);
                return way;
            });
        }
        catch (Exception error)
        {
            foreach (var flight in flights) flight.Abort(error); // others may have joined them by now
            throw;
        }
        if (flights.Count == 0) return ways;
        bool hasTurn;
        lock (Gate) hasTurn = TakeTurnLocked(need);
        new BatchLoad<TArgs, TValue>(this, flights).Start(hasTurn);
        return ways;
    }
}
