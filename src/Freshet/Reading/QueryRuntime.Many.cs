namespace Freshet;

/// <remarks>Many keys at once: hits as ever, one loader call for the misses.</remarks>
internal sealed partial class QueryRuntime<TArgs, TValue>
{
    /// <summary>Reads several keys, each once.</summary>
    public async ValueTask<Reading<TValue>[]> ReadManyAsync(IReadOnlyList<TArgs> keys, Need need, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // All keys and tags first, so that a bad one throws before anything has started.
        var tags = new List<Tag>[keys.Count];
        for (var i = 0; i < tags.Length; i++)
        {
            _ = Query.KeyOf(keys[i]);
            tags[i] = Query.TagsOf(keys[i]);
        }

        var readings = new Task<Reading<TValue>>[keys.Count];
        var misses = new List<int>();
        for (var i = 0; i < keys.Count; i++)
        {
            if (TryAnswer(keys[i], need) is { } present) readings[i] = Task.FromResult(present);
            else if (Query.BatchLoader is null || IsAnsweredWithoutSource(keys[i], need)) readings[i] = LoadAsync(keys[i], need, cancellationToken).AsTask();
            else misses.Add(i);
        }
        foreach (var batch in misses.Chunk(Query.BatchSize))
        {
            var ways = StartBatch(batch, keys, tags, need);
            for (var i = 0; i < batch.Length; i++) readings[batch[i]] = FinishAsync(keys[batch[i]], need, ways[i], cancellationToken).AsTask();
        }
        return await Task.WhenAll(readings).ConfigureAwait(false);
    }

    private bool IsAnsweredWithoutSource(TArgs args, Need need) => _failing.IsPaused(args, Clock.Now) && TryGetLastGood(args, need, pause: false) is not null;

    /// <summary>Joins what is under way already and loads the rest with one call.</summary>
    private Way[] StartBatch(int[] misses, IReadOnlyList<TArgs> keys, List<Tag>[] tags, Need need)
    {
        var ways = new Way[misses.Length];
        var flights = new List<Flight<TArgs, TValue>>();
        for (var i = 0; i < misses.Length; i++)
        {
            ways[i] = JoinOrStart(keys[misses[i]], tags[misses[i]], need, isBatched: true);
            if (ways[i] is { Flight: { } flight, JoinedAt: null }) flights.Add(flight);
        }
        if (flights.Count > 0) new BatchLoad<TArgs, TValue>(this, flights).Start(isNested: need.Load?.IsWithin(this) == true);
        return ways;
    }
}
