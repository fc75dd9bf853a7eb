namespace Freshet.Simulation;

/// <summary>Breaks and mends things, as often as the conditions say.</summary>
internal sealed class FaultPlan(World world, Chance chance)
{
    private readonly Dictionary<int, int> _incarnations = [];
    private readonly HashSet<int> _busy = []; // nodes that something is being done to

    private Scheduler Scheduler => world.Scheduler;

    private Conditions Conditions => world.Conditions;

    public async Task RunAsync(long until)
    {
        if (Conditions.Loss + Conditions.Delay > 0) foreach (var link in world.Links) link.BeginTrouble(); // any exchange may fail
        const double Step = 0.05; // seconds
        while (Scheduler.Now < until)
        {
            await PassAsync(Step);
            var node = chance.Next(world.Nodes.Length);
            if (Comes(Conditions.Cuts)) Cut(node);
            if (Comes(Conditions.Pauses)) Pause(node, sleeps: false);
            if (Comes(Conditions.Sleeps)) Pause(node, sleeps: true);
            if (Comes(Conditions.Crashes)) Restart(node, kills: chance.Is(0.5));
            if (Comes(Conditions.WallShifts)) ShiftWall(node);
            if (Comes(Conditions.LogRestarts)) RestartLog();
            if (Comes(Conditions.Trims)) Trim();
            if (Comes(Conditions.Evictions)) Evict(node);
            if (chance.Is(0.02)) world.Log.Save();
        }

        bool Comes(double perSecond) => perSecond > 0 && chance.Is(perSecond * Step);
    }

    /// <summary>A process dies at once, wherever it stands, and starts again later; unless something else is being done to its node.</summary>
    public void Crash(int node) => world.Lane.Post(() => Restart(node, kills: true)); // not on the lane that dies

    /// <summary>The log crashes, and comes back later.</summary>
    public void CrashLog() => world.Lane.Post(RestartLog);

    /// <summary>Everything is mended, and every node is up.</summary>
    public async Task MendAsync()
    {
        Conditions.Calm();
        while (_busy.Count > 0 || world.Log.IsDown) await PassAsync(0.05);
        world.Note(-1, "everything is mended");
    }

    private async void Cut(int node)
    {
        if (!_busy.Add(node)) return;
        var link = world.Links[node];
        var (sends, receives, store) = (chance.Is(0.35), chance.Is(0.35), chance.Is(0.7));
        world.Note(node, $"is cut off{(sends ? ", but still sends" : "")}{(receives ? ", but still receives" : "")}");
        link.BeginTrouble();
        if (chance.Is(0.5))
        {
            // Congested at first: what is on its way when the wire breaks is lost. A reply may come just before its exchange is given up.
            link.SlowBy = (long)(world.ExchangeTimeout.Ticks * chance.Between(0.2, 0.95));
            await PassAsync(chance.Between(0.5, 2.5) * world.ExchangeTimeout.TotalSeconds);
            link.SlowBy = 0;
        }
        (link.Sends, link.Receives, link.ReachesStore) = (sends, receives, store);
        if (chance.Is(0.5)) world.Nodes[node].TellConnection(false);
        if (Conditions.LogRestarts > 0 && chance.Is(0.2)) RestartLog(); // the node hears of the new epoch later than others
        await PassAsync(chance.Of(0.2, 1.5, 4, 10) * chance.Between(0.3, 1));
        (link.Sends, link.Receives, link.ReachesStore) = (true, true, true);
        if (chance.Is(0.7)) world.Nodes[node].TellConnection(true);
        link.EndTrouble(Scheduler.Now);
        world.Note(node, "is connected again");
        _busy.Remove(node);
    }

    private async void Pause(int number, bool sleeps)
    {
        var node = world.Nodes[number];
        if (node.IsGone || !_busy.Add(number)) return;
        world.Note(number, sleeps ? "sleeps with its machine" : "is stopped");
        var began = Scheduler.Now;
        node.Lane.Pause();
        world.History.LoadersFail = true;
        node.Link.BeginTrouble();
        await PassAsync(chance.Of(0.1, 1, 3, 8) * chance.NextDouble());
        if (sleeps)
        {
            node.Time.NoteSlept(Scheduler.Now - began);
            world.Slept += Scheduler.Now - began;
        }
        node.Lane.Resume();
        node.Link.EndTrouble(Scheduler.Now);
        world.Note(number, "goes on");
        _busy.Remove(number);
    }

    private async void Restart(int number, bool kills)
    {
        var node = world.Nodes[number];
        if (node.IsGone || !_busy.Add(number)) return;
        if (!kills)
        {
            world.Note(number, "stops");
            try
            {
                await node.CallAsync(async () =>
                {
                    await node.StopAsync();
                    return true;
                });
            }
            catch (NodeGoneException)
            {
            }
            await PassAsync(chance.Of(0, 0.05, 2) * chance.NextDouble()); // its last requests are still running
        }
        world.Note(number, kills ? "crashes" : "has ended");
        node.Kill();
        world.History.Gone.Add((number, node.Incarnation));
        await PassAsync(chance.Of(0.01, 1, 5) * chance.NextDouble());
        var incarnation = _incarnations[number] = _incarnations.GetValueOrDefault(number) + 1;
        world.Note(number, "starts");
        await world.StartAsync(number, incarnation);
        _busy.Remove(number);
    }

    private void ShiftWall(int node)
    {
        world.Links[node].BeginTrouble(); // it believes neither of its clocks until it has confirmed
        world.Links[node].EndTrouble(Scheduler.Now);
        world.Nodes[node].Time.WallShift += TimeSpan.FromSeconds(chance.Between(-300, 300));
        world.Note(node, "has its wall clock moved");
    }

    private async void RestartLog()
    {
        if (world.Log.IsDown) return;
        var kind = chance.Of(0, 0, 1, 2);
        world.Note(-1, "the log crashes");
        world.Log.Crash();
        foreach (var link in world.Links) link.BeginTrouble();
        await PassAsync(chance.Of(0.01, 0.5, 5) * chance.NextDouble());
        if (kind == 0) world.Log.RestartEmpty();
        else if (kind == 1) world.Log.RestartFromSnapshot();
        else world.Log.RestartIntact();
        foreach (var link in world.Links) link.EndTrouble(Scheduler.Now);
        world.Note(-1, $"the log comes back {(kind == 0 ? "empty" : kind == 1 ? "from an older snapshot" : "with all it had")}");
    }

    private void Trim()
    {
        world.Log.Trim(chance.Next(20));
        world.Log.ForgetMarks(world.Log.Head - chance.Next(60));
        if (chance.Is(0.2)) world.Store.Flush();
    }

    private void Evict(int number)
    {
        var node = world.Nodes[number];
        if (node.IsGone || node.Freshet is not FreshetService service) return;
        node.Lane.Post(() => service.Store.Trim(1 + chance.Next(12)));
    }

    private Task PassAsync(double seconds) => world.Lane.DelayAsync(TimeSpan.FromSeconds(seconds).Ticks);
}
