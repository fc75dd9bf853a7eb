namespace Freshet.Tests.Log;

/// <summary>Who watches over loads that are under way: one timer for the lists of all owners.</summary>
public sealed class RunningLoadsTests
{
    private readonly TestTimeProvider _time = new();

    /// <summary>One that is to end at once, as soon as somebody looks.</summary>
    private sealed class Load : RunningLoad
    {
        public Load(long captured = 0) => (Deadline, CapturedPosition) = (0, captured);

        public bool HasTimedOut { get; private set; }

        public override void TimeOut() => HasTimedOut = true;
    }

    [Fact]
    public void AnOverdueLoadIsEndedWhoseverItIs()
    {
        using var running = new RunningLoads(new Clock(_time));
        var loads = new[] { new Load(), new Load(), new Load() };
        running.Open(new Lock()).Enter(loads[0]);
        running.Open(new Lock()).Enter(loads[1]);
        var list = running.Open(new Lock());
        list.Enter(loads[2]);
        list.Leave(loads[2]);

        _time.Advance(RunningLoads.Interval);

        loads.Select(load => load.HasTimedOut).ShouldBe([true, true, false]);
    }

    [Fact]
    public void NobodyTicksWhileNothingLoadsAndTheNextLoadIsWatchedAgain()
    {
        using var running = new RunningLoads(new Clock(_time));
        var list = running.Open(new Lock());
        var (first, second) = (new Load(), new Load());
        list.Enter(first);
        list.Leave(first);
        _time.Advance(RunningLoads.Interval);
        _time.TimersSet.ShouldBe(0);

        list.Enter(second);
        _time.Advance(RunningLoads.Interval);

        second.HasTimedOut.ShouldBeTrue();
    }

    /// <summary>The look has found its list empty, and has not stopped the timer yet.</summary>
    [Fact]
    public void ALoadThatBeginsWhileALookIsUnderWayIsWatched()
    {
        using var running = new RunningLoads(new Clock(_time));
        var (passed, gate) = (running.Open(new Lock()), new Lock());
        var ahead = running.Open(gate);
        var (before, during) = (new Load(), new Load());
        ahead.Enter(before);
        ahead.Leave(before);

        var look = new Thread(() => _time.Advance(RunningLoads.Interval));
        lock (gate)
        {
            look.Start();
            // At the second list's gate: it waits for nothing else.
            SpinWait.SpinUntil(() => look.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromSeconds(30)).ShouldBeTrue();
            passed.Enter(during);
        }
        look.Join();
        _time.Advance(RunningLoads.Interval);

        during.HasTimedOut.ShouldBeTrue();
    }

    [Fact]
    public void TheLowestPositionIsThatOfAllLists()
    {
        using var running = new RunningLoads(new Clock(_time));
        running.Lowest.ShouldBe(long.MaxValue);
        running.Open(new Lock()).Enter(new Load(captured: 7));
        running.Open(new Lock()).Enter(new Load(captured: 5));
        running.Open(new Lock()).Enter(new Load(captured: 9));

        running.Lowest.ShouldBe(5);
    }
}
