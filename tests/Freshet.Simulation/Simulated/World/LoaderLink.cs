namespace Freshet.Simulation;

/// <summary>One node's way to the database, as its loaders use it: slow, hanging or failing at times.</summary>
internal sealed class LoaderLink(Scheduler scheduler, Lane lane, SourceOfTruth source, History history, Conditions conditions, Chance chance)
{
    public async Task<Row> LoadAsync(QueryKind kind, int key, LoadContext context, CancellationToken cancellationToken)
    {
        var load = history.Loads.Count;
        history.Loads.Add(scheduler.Now);
        if (conditions.LoaderHangs > 0 && chance.Is(conditions.LoaderHangs))
        {
            history.LoadersFail = true;
            await lane.DelayAsync(TimeSpan.FromSeconds(chance.Between(2, 8)).Ticks).WaitAsync(cancellationToken);
        }
        await lane.DelayAsync(Latency());
        if (conditions.LoaderFails > 0 && chance.Is(conditions.LoaderFails))
        {
            history.LoadersFail = true;
            throw new IOException("The source fails.");
        }
        var version = kind == QueryKind.Versioned ? source.ReadReplica(key) : source.Read(key);
        if (context.MinimumVersion > version) version = source.Read(key);
        await lane.DelayAsync(Latency());
        return new Row(key, version, load);
    }

    private long Latency() => chance.Is(conditions.LoaderIsSlow)
        ? TimeSpan.FromMilliseconds(chance.Between(20, 900)).Ticks
        : TimeSpan.FromMilliseconds(chance.Between(0.1, 3)).Ticks;
}
