namespace Freshet.Simulation;

/// <summary>Runs everything of one simulation in an order and at times that the seed decides: one piece of work at a time.</summary>
/// <remarks>
/// Time is virtual: it moves a little with each piece of work, and to the next timer when there is none. There is one thread, and one
/// more for each piece of work that was interrupted half way; they hand the turn to each other.
/// </remarks>
internal sealed class Scheduler
{
    private const int Never = int.MaxValue;

    private static readonly SendOrPostCallback _goOn = _ => throw new InvalidOperationException("Interrupted work goes on on its own thread.");

    private readonly List<Work> _ready = [];
    private readonly PriorityQueue<SimTimer, (long Due, long Number)> _timers = new();
    private readonly Chance _order;
    private readonly Chance _interruptions;
    private readonly int _pace; // points passed between two interruptions, on average; 0 for none
    private readonly Lane _operatingSystem;
    private readonly Stack<Worker> _idle = new();
    private readonly ManualResetEventSlim _ended = new();
    private Func<bool> _isDone = () => true;
    private Worker _worker = null!; // who has the turn
    private Exception? _failure;
    private bool _isOver;
    private int _interrupted;
    private int _untilInterruption = Never;
    private long _numbers;
    private long _identities;

    /// <param name="chance">What everything is drawn from.</param>
    /// <param name="pace">Points passed between two interruptions, on average; null to draw it.</param>
    public Scheduler(Chance chance, int? pace)
    {
        _order = chance.Split();
        CoreChance = chance.Split();
        _interruptions = chance.Split();
        _pace = _interruptions.Of(0, 40, 400);
        if (pace is { } directed) _pace = directed;
        _operatingSystem = new Lane(this, 255, "operating system");
        Draw();
    }

    /// <summary>Virtual time in ticks of 100 ns since the run began: the true time, which no node knows.</summary>
    public long Now { get; private set; }

    /// <summary>The planted bug of this run; 0 for none.</summary>
    public int Bug { get; init; }

    /// <summary>What the core draws.</summary>
    public Chance CoreChance { get; }

    /// <summary>See <see cref="PerRun"/>. Only who has the turn comes here.</summary>
    public Dictionary<object, object> Slots { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>A number that any other order of work would change: two runs that agree on it were the same.</summary>
    public ulong Trace { get; private set; }

    public long NextIdentity() => ++_identities;

    /// <summary>Whether some work waits half way, perhaps with locks held.</summary>
    public bool HasInterrupted => _interrupted > 0;

    /// <summary>Adds to the trace.</summary>
    public void Note(ulong fact) => Trace = (Trace ^ fact) * 0x100000001B3;

    public void Post(Lane lane, SendOrPostCallback work, object? state) => _ready.Add(new Work(lane, work, state));

    /// <summary>Does something on a lane after a while.</summary>
    public void After(long ticks, Lane lane, Action work) => new SimTimer(this, lane, work).Set(Now + Math.Max(0, ticks));

    internal void Enqueue(SimTimer timer) => _timers.Enqueue(timer, (timer.Due, ++_numbers));

    /// <summary>Runs until a condition holds and nothing waits half way, or nothing is left to do.</summary>
    public void RunUntil(Func<bool> isDone)
    {
        _isDone = isDone;
        Start();
        _ended.Wait();
        _isOver = true;
        foreach (var worker in _idle) worker.GiveTurn();
        if (_failure is not null) throw new InvalidOperationException("A piece of work failed.", _failure);
    }

    /// <summary>Interrupts what runs, if the seed says so.</summary>
    public void MayInterrupt()
    {
        if (--_untilInterruption > 0) return;
        Draw();
        // Now and then its thread gets no processor for a while, and much happens meanwhile.
        var pause = _interruptions.Is(0.1) ? TimeSpan.FromMilliseconds(_interruptions.Between(0.1, 3)).Ticks : 0;
        if (System.Threading.SynchronizationContext.Current is Lane && !_isDone()) Interrupt(pause);
    }

    /// <summary>Lets others go on before what runs does.</summary>
    /// <param name="pause">For how long it cannot go on, in ticks.</param>
    public void Interrupt(long pause = 0)
    {
        var lane = Lane.Current;
        var me = _worker;
        var goOn = new Work(lane, _goOn, me);
        if (pause == 0) _ready.Add(goOn);
        else After(pause, _operatingSystem, () => _ready.Add(goOn));
        _interrupted++;
        if (_idle.TryPop(out var other)) other.GiveTurn();
        else Start();
        me.AwaitTurn();
        _worker = me;
        _interrupted--;
        if (lane.IsDead) throw new NodeGoneException(); // a process that died half way does nothing more
    }

    private void Draw() => _untilInterruption = _pace == 0 ? Never : 1 + _interruptions.Next(2 * _pace);

    private void Start()
    {
        var worker = new Worker();
        new Thread(() => Run(worker)) { IsBackground = true }.UnsafeStart();
    }

    private void Run(Worker me)
    {
        Preemption.Scheduler = this;
        _worker = me;
        var nobodys = ExecutionContext.Capture()!;
        try
        {
            while (!(_isDone() && _interrupted == 0) && TryTake(out var work))
            {
                if (ReferenceEquals(work.Run, _goOn))
                {
                    _idle.Push(me);
                    ((Worker)work.State!).GiveTurn();
                    me.AwaitTurn();
                    if (_isOver) return;
                    _worker = me;
                    continue;
                }
                ExecutionContext.Restore(nobodys);
                System.Threading.SynchronizationContext.SetSynchronizationContext(work.Lane);
                try
                {
                    work.Run(work.State);
                }
                catch (NodeGoneException) when (work.Lane.IsDead)
                {
                    // It was interrupted, and its process died meanwhile.
                }
            }
        }
        catch (Exception error)
        {
            _failure = error;
        }
        _ended.Set();
    }

    /// <summary>The next piece of work. False when there is none.</summary>
    private bool TryTake(out Work work)
    {
        while (true)
        {
            work = default;
            while (_ready.Count == 0)
            {
                if (!_timers.TryDequeue(out var timer, out var at)) return false;
                if (timer.Due != at.Due) continue; // it was set to another time, or stopped
                Now = Math.Max(Now, at.Due);
                timer.Fire();
            }
            while (_timers.TryPeek(out var due, out var when) && when.Due <= Now)
            {
                _timers.Dequeue();
                if (due.Due == when.Due) due.Fire();
            }
            var index = _order.Next(_ready.Count);
            work = _ready[index];
            _ready[index] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
            if (!work.Lane.Admits(work)) continue;

            Now += _order.Next(200); // up to 20 microseconds
            Note((ulong)Now ^ ((ulong)work.Lane.Number << 56));
            return true;
        }
    }

    /// <summary>A piece of work that is ready, or one that was interrupted and may go on.</summary>
    internal readonly record struct Work(Lane Lane, SendOrPostCallback Run, object? State)
    {
        public bool IsInterrupted => ReferenceEquals(Run, _goOn);
    }

    private sealed class Worker
    {
        // Without spinning: the turn comes back after much work, not a moment later, and other runs want the processor.
        private readonly ManualResetEventSlim _turn = new(false, spinCount: 0);

        public void GiveTurn() => _turn.Set();

        public void AwaitTurn()
        {
            _turn.Wait();
            _turn.Reset();
        }
    }
}
