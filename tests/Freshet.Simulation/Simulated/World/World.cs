using Freshet.Sql;

namespace Freshet.Simulation;

/// <summary>One run: nodes, the log, the second level, the database, people who read and write, and whatever goes wrong.</summary>
internal sealed class World
{
    private readonly Scheduler _scheduler;
    private readonly Chance _chance;
    private readonly RunRequest _request;
    private readonly List<Client> _clients = [];
    private readonly double[] _rates;
    private readonly HashSet<int> _skipped;
    private int _running;

    public World(RunRequest request)
    {
        _request = request;
        _skipped = [.. request.Skipped];
        _chance = new Chance(request.Seed);
        _scheduler = new Scheduler(_chance.Split(), request.Under.Pace) { Bug = request.Bug };
        Lane = new Lane(_scheduler, 0, "world");
        Conditions = Conditions.Draw(_chance.Split(), request.Under);
        var under = request.Under;
        var added = new Chance(request.Seed + 1); // of its own, so that everything else is as drawn
        foreach (var kind in under.With) Conditions.PutIn(kind, added);
        foreach (var kind in under.Without.Concat(request.Without)) Conditions.LeaveOut(kind);
        var drift = Conditions.Drift;
        var nodes = 2 + _chance.Next(2);
        ExchangeTimeout = TimeSpan.FromSeconds(Drawn(_chance.Of(1, 1.8, 4, 4), request.Under.ExchangeTimeout));
        Links = [.. Enumerable.Range(0, nodes).Select(_ => new NodeLink(ExchangeTimeout))];
        Log = new SimLog(_scheduler, History, new Lane(_scheduler, 100, "log"), Rate());
        Store = new SimSecondLevel(_scheduler, History, new Lane(_scheduler, 101, "second level"));
        Source = new SourceOfTruth(_scheduler, Drawn(_chance.Of(1, 2, 4, 6, 30, 60), under.Keys), TimeSpan.FromMilliseconds(_chance.Of(50, 400, 1500)).Ticks);
        Outbox = new OutboxTable(_scheduler, isOneRelayAtATime: _chance.Is(0.5));
        Database = new Lane(_scheduler, 102, "database");
        OutboxOptions = new SqlOutboxOptions
        {
            Grace = TimeSpan.FromSeconds(_chance.Of(0, 0.3, 2)),
            PollInterval = TimeSpan.FromSeconds(_chance.Of(0.2, 1)),
            BatchSize = _chance.Of(3, 500),
            LookUpTimeout = TimeSpan.FromSeconds(1),
        };
        RecordsPerExchange = Drawn(_chance.Of(1, 2, 2000), under.RecordsPerExchange);
        Kinds = DrawKinds();
        if (under.Queries.Count > 0) Kinds = [.. under.Queries.Select(query => Enum.Parse<QueryKind>(query))];
        Writes = Drawn(_chance.Of(0.01, 0.03, 0.1, 0.25), under.Writes);
        Faults = new FaultPlan(this, _chance.Split());
        Nodes = new SimNode[nodes];
        _rates = [.. Enumerable.Range(0, nodes).Select(_ => Rate())];

        // Drawn in any case: what is drawn later stays as it was.
        static T Drawn<T>(T drawn, T? directed) where T : struct => directed ?? drawn;

        double Rate() => 1 + _chance.Between(-drift, drift);
    }

    public History History { get; } = new();

    public Lane Lane { get; }

    public Conditions Conditions { get; }

    public IReadOnlyList<NodeLink> Links { get; }

    public SimLog Log { get; }

    public SimSecondLevel Store { get; }

    public SourceOfTruth Source { get; }

    /// <summary>The outbox, in the same database.</summary>
    public OutboxTable Outbox { get; }

    /// <summary>Where the database runs.</summary>
    public Lane Database { get; }

    public SqlOutboxOptions OutboxOptions { get; }

    public FaultPlan Faults { get; }

    /// <summary>How long a node waits for an exchange. Longer than a lease, and replies come whose lease has run out.</summary>
    public TimeSpan ExchangeTimeout { get; }

    public SimNode[] Nodes { get; }

    public int RecordsPerExchange { get; }

    /// <summary>Part of the operations that write: where it is small, entries live until they die by themselves.</summary>
    public double Writes { get; }

    /// <summary>The queries that are read: all of them, or a few, so that more reads meet.</summary>
    public IReadOnlyList<QueryKind> Kinds { get; }

    public Scheduler Scheduler => _scheduler;

    /// <summary>What clients did so far.</summary>
    public List<int> Operations { get; } = [];

    /// <summary>How long the nodes' machines have slept, all together.</summary>
    public long Slept { get; set; }

    /// <summary>Whether people still read and write.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>Runs to the end.</summary>
    public void Run()
    {
        Exception? failure = null;
        var isDone = false;
        Lane.Post(async () =>
        {
            try
            {
                await RunAsync();
            }
            catch (Exception error)
            {
                failure = error;
            }
            isDone = true;
        });
        _scheduler.RunUntil(() => isDone);
        foreach (var node in Nodes) node?.Kill();
        if (failure is not null) throw new InvalidOperationException("The simulator itself failed.", failure);
        if (!isDone) throw new InvalidOperationException("The run came to a standstill: somebody waits for nothing.");
    }

    /// <summary>Notes an operation. False when it is to be left out.</summary>
    public bool TryOperate(int operation)
    {
        if (_skipped.Contains(operation)) return false;
        Operations.Add(operation);
        return true;
    }

    /// <summary>Starts a process of a node, in place of the one that is gone.</summary>
    public async Task StartAsync(int number, int incarnation)
    {
        var node = Nodes[number] = new SimNode(_scheduler, this, number, incarnation, _rates[number], _chance.Split());
        try
        {
            await node.CallAsync(async () =>
            {
                await node.StartAsync();
                return true;
            });
        }
        catch (NodeGoneException)
        {
            // It died while it was starting.
        }
    }

    /// <summary>Something is done to a node or the log.</summary>
    public void Note(int node, string what) => History.Faults.Add(new FaultFact(_scheduler.Now, node, what));

    private async Task RunAsync()
    {
        for (var i = 0; i < Nodes.Length; i++) await StartAsync(i, 0);
        for (var i = 0; i < (_request.Under.Clients ?? _request.Clients); i++)
        {
            var client = new Client(this, i, _chance.Split());
            _clients.Add(client);
            _running++;
            Begin(client.RunAsync);
        }
        var until = _scheduler.Now + TimeSpan.FromSeconds(_request.Seconds).Ticks;
        await Faults.RunAsync(until);
        IsOpen = false;
        await Faults.MendAsync();
        while (_running > 0) await Lane.DelayAsync(TimeSpan.FromMilliseconds(50).Ticks);
        // Every bound, deadline and time to live that a promise speaks of has passed by then.
        await Lane.DelayAsync((Promises.MaxTimeToLive + TimeSpan.FromSeconds(4)).Ticks);
        await new Client(this, _clients.Count, _chance.Split()).ReadAllAsync();
    }

    private QueryKind[] DrawKinds()
    {
        var all = Enum.GetValues<QueryKind>();
        return _chance.Is(0.4) ? all : [.. Enumerable.Range(0, 1 + _chance.Next(3)).Select(_ => all[_chance.Next(all.Length)]).Distinct()];
    }

    private async void Begin(Func<Task> work)
    {
        await work();
        _running--;
    }
}
