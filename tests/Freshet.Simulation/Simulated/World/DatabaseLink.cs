namespace Freshet.Simulation;

/// <summary>One process's connections to the database, for its transactions and its outbox: a call may fail, or be done without an answer.</summary>
internal sealed class DatabaseLink(Scheduler scheduler, Lane database, Lane lane, Conditions conditions, Chance chance)
{
    /// <summary>The process.</summary>
    public Lane Lane => lane;

    /// <exception cref="IOException">It failed, or nobody knows whether it was done.</exception>
    public Task<T> CallAsync<T>(Func<T> step)
    {
        var answered = new System.Threading.Tasks.TaskCompletionSource<T>();
        var fails = conditions.DatabaseFails > 0 && chance.Is(conditions.DatabaseFails);
        if (fails && chance.Is(0.5))
        {
            scheduler.After(Latency(), lane, () => answered.TrySetException(new IOException("The database cannot be reached.")));
            return answered.Task;
        }
        scheduler.After(Latency(), database, () =>
        {
            try
            {
                var reply = step();
                if (fails) scheduler.After(TimeSpan.FromMilliseconds(chance.Between(1, 2500)).Ticks, lane, () => answered.TrySetException(new IOException("The database did not answer.")));
                else scheduler.After(Latency(), lane, () => answered.TrySetResult(reply));
            }
            catch (IOException error)
            {
                scheduler.After(Latency(), lane, () => answered.TrySetException(error));
            }
        });
        return answered.Task;
    }

    private long Latency() => TimeSpan.FromMilliseconds(chance.Between(0.05, 0.8)).Ticks;
}
