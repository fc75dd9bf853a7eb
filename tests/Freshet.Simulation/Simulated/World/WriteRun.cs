using Freshet.Sql;

namespace Freshet.Simulation;

/// <summary>One write: an action, a transaction of the database, and what is told to Freshet around it. Its process may die at each step.</summary>
/// <param name="world">The world.</param>
/// <param name="node">The process that takes the write.</param>
/// <param name="fact">What is noted of it.</param>
/// <param name="profile">How old values may still be served; null when a person waits for the write.</param>
/// <param name="chance">What is drawn.</param>
/// <param name="readAsync">Reads the row inside the action; given the version that it must see, 0 for none.</param>
internal sealed class WriteRun(World world, SimNode node, WriteFact fact, Profile? profile, Chance chance, Func<long, Task> readAsync)
{
    private readonly IFreshet _freshet = node.Freshet;
    private readonly Way _way = chance.Of(Way.Plain, Way.Held, Way.Saved, Way.SavedAtOnce);
    private readonly Breach _breach = world.Conditions.BrokenActions > 0 && chance.Is(world.Conditions.BrokenActions) ? chance.Of(Breach.BeforeCommit, Breach.AfterCommit, Breach.AtTheEnd, Breach.RolledBack) : Breach.None;
    private readonly int _diesAt = world.Conditions.WriterCrashes > 0 && chance.Is(world.Conditions.WriterCrashes) ? chance.Next(7) : -1;
    private int _step;

    private enum Way
    {
        /// <summary>Raised before the commit or after it.</summary>
        Plain,

        /// <summary>Raised and held before the commit.</summary>
        Held,

        /// <summary>Raised, held, and saved in the outbox with the write.</summary>
        Saved,

        /// <summary>The same, and committed, in one call.</summary>
        SavedAtOnce,
    }

    private enum Breach
    {
        None,
        BeforeCommit,
        AfterCommit,
        AtTheEnd,

        /// <summary>The transaction is rolled back and the action ends as if all were well; only an outbox can tell.</summary>
        RolledBack,
    }

    /// <returns>The token; null when there is none, or when the action failed.</returns>
    public async Task<ConsistencyToken?> RunAsync()
    {
        var transaction = new SimTransaction(world.Scheduler, world.Source, world.Outbox, node.Database, fact);
        try
        {
            await using var action = fact.Expires ? _freshet.BeginUserAction($"write {fact.Number}") : _freshet.BeginJob($"write {fact.Number}");
            var raisesFirst = _way != Way.Plain || chance.Is(0.4);
            if (raisesFirst) Raise();
            if (_way == Way.Saved && chance.Is(0.3)) WriteThrough();
            await StepAsync();
            if (_way is Way.Held or Way.Saved) await HoldAsync(transaction);
            await StepAsync();
            await WorkAsync();
            if (_breach == Breach.BeforeCommit) throw new IOException("The handler fails before its commit.");
            if (_breach == Breach.RolledBack && _way == Way.Saved)
            {
                await transaction.RollbackAsync();
                await action.CompleteAsync();
                fact.IsBroken = true;
                return null;
            }
            if (raisesFirst && chance.Is(0.2)) await readAsync(0);
            if (_way == Way.SavedAtOnce) await HoldAsync(transaction);
            else await transaction.CommitAsync();
            await StepAsync();
            if (_breach == Breach.AfterCommit) throw new IOException("The handler fails after its commit.");
            if (chance.Is(0.3)) await node.Lane.DelayAsync(TimeSpan.FromMilliseconds(chance.Between(0.1, 30)).Ticks);
            if (!raisesFirst) Raise();
            if (chance.Is(0.3)) WriteThrough();
            if (chance.Is(0.3)) await readAsync(fact.Version);
            await StepAsync();
            if (_breach == Breach.AtTheEnd) throw new IOException("The handler fails at its end.");
            DieSoon();
            var token = await action.CompleteAsync();
            fact.IsPending = action.IsPending;
            if (!fact.IsPending) fact.FinishedAt = world.Scheduler.Now;
            return token;
        }
        catch (IOException)
        {
            fact.IsBroken = true;
            return null;
        }
    }

    private void Raise()
    {
        if (profile is null || ReferenceEquals(profile, Shop.Brief)) _freshet.Raise(new RowChanged(fact.Key));
        else _freshet.RevalidateTag(Shop.Thing.For(fact.Key), profile);
        fact.IsRaised = true;
    }

    private void WriteThrough()
    {
        // A written value counts as loaded now.
        world.History.Loads.Add(world.Scheduler.Now);
        var load = world.History.Loads.Count - 1;
        world.History.WrittenThrough[load] = fact.Number;
        _freshet.WriteThrough(Shop.Written, fact.Key, new Row(fact.Key, fact.Version, load));
    }

    /// <summary>Announces the write, and with an outbox saves what was raised in its transaction.</summary>
    private async Task HoldAsync(SimTransaction transaction)
    {
        var (askedAt, notPlaced) = (world.Scheduler.Now, node.HoldsNotPlaced);
        if (_way != Way.Held) fact.IsSaved = true; // as far as it is committed, which the call may do without an answer
        if (_way == Way.Held) await _freshet.HoldAsync();
        else if (_way == Way.Saved) await _freshet.SaveOutboxAsync(transaction);
        else await _freshet.CommitAsync(transaction);
        if (node.HoldsNotPlaced == notPlaced) (fact.HoldAskedAt, fact.HeldAt) = (askedAt, world.Scheduler.Now);
    }

    private Task WorkAsync()
    {
        if (world.Conditions.LongTransactions == 0 || !chance.Is(world.Conditions.LongTransactions)) return node.Lane.DelayAsync(TimeSpan.FromMilliseconds(chance.Between(0.1, 5)).Ticks);
        if (chance.Is(0.4) && world.Conditions.LogRestarts > 0)
        {
            // Its holds go with the log, and it commits about when others hear of the new one.
            world.Faults.CrashLog();
            return node.Lane.DelayAsync(TimeSpan.FromSeconds(chance.Between(0.01, 0.8)).Ticks);
        }
        return node.Lane.DelayAsync(TimeSpan.FromSeconds(chance.Between(0.05, chance.Of(0.6, 3, 6))).Ticks);
    }

    private async Task StepAsync()
    {
        if (_step++ != _diesAt || world.Conditions.WriterCrashes == 0) return;
        world.Faults.Crash(node.Number);
        await node.Lane.DelayAsync(TimeSpan.FromMilliseconds(5).Ticks); // which the process does not live to see
    }

    // In the midst of the action's end.
    private void DieSoon()
    {
        if (_diesAt >= _step && world.Conditions.WriterCrashes > 0) world.Scheduler.After(TimeSpan.FromMilliseconds(chance.Between(0, 4)).Ticks, world.Lane, () => world.Faults.Crash(node.Number));
    }
}
