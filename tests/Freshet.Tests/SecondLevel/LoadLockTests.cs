namespace Freshet.Tests.SecondLevel;

/// <summary>One load for several nodes, and nobody held up by a node that dies on the way.</summary>
public sealed class LoadLockTests
{
    private static readonly TimeSpan _lapse = QueryPolicy.For(RiskLevel.High).LoadLockLapse;

    [Fact]
    public async Task S24_TwoNodesWithAThousandReadersLoadOnce()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        var gate = nodes.Source.HoldNext("a");
        var reads = Enumerable.Range(0, 1_000).Select(i => (i % 2 == 0 ? nodes.A : nodes.B).ReadAsync(Sharing.Locked, "a")).ToList();
        await gate.Reached;
        await nodes.Store.WhenCalledAsync("lock", 2);
        gate.Open();

        (await Task.WhenAll(reads)).ShouldAllBe(number => number == 1);
        nodes.Source.Reads.ShouldBe(1);
        WaitsOf(nodes, LockWaitResult.Filled).ShouldBe(1);
    }

    [Fact]
    public async Task WhoTakesTheLockJustAfterItWasGivenBackFindsTheValue()
    {
        // B looks in vain -> A stores and unlocks -> B takes the lock.
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        var gate = nodes.Store.Hold["lock"] = new Gate();
        var b = nodes.B.ReadAsync(Sharing.Locked, "a");
        await gate.Reached;
        await nodes.FillAsync(nodes.A, Sharing.Locked, "a");
        await nodes.Store.WhenCalledAsync("unlock", 1);
        gate.Open();

        (await b).ShouldBe(1);
        nodes.Source.Reads.ShouldBe(1);
        await nodes.Store.WhenCalledAsync("unlock", 2); // and gives it back
    }

    [Fact]
    public async Task AHolderThatDiesDelaysNobodyLongerThanTheLapse()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        nodes.Source.HoldNext("a");
        var dying = nodes.A.ReadAsync(Sharing.Locked, "a"); // never opened
        await Nodes.UntilAsync(() => nodes.Source.Reads == 1);
        var began = nodes.B.Time.GetTimestamp();

        var read = nodes.B.ReadAsync(Sharing.Locked, "a");
        nodes.B.Time.OnAdvanced = by => nodes.Store.Time.Advance(by);
        (await nodes.B.Time.PassAsync(read)).ShouldBe(1);

        nodes.B.Time.GetElapsedTime(began).ShouldBeLessThanOrEqualTo(_lapse);
        dying.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task AHolderWhoseLockNeverLapsesDelaysNobodyLongerEither()
    {
        // The store's clock stands still: this node's own decides.
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        nodes.Source.HoldNext("a");
        _ = nodes.A.ReadAsync(Sharing.Locked, "a");
        await Nodes.UntilAsync(() => nodes.Source.Reads == 1);
        var began = nodes.B.Time.GetTimestamp();

        (await nodes.B.Time.PassAsync(nodes.B.ReadAsync(Sharing.Locked, "a"))).ShouldBe(1);

        nodes.B.Time.GetElapsedTime(began).ShouldBe(_lapse);
        WaitsOf(nodes, LockWaitResult.Lapsed).ShouldBe(1);
    }

    [Fact]
    public async Task NewsThatIsLostDelaysByAPauseOnly()
    {
        await using var nodes = Nodes.Start();
        nodes.Store.LosesNews = true;
        nodes.Source["a"] = new Value(1);
        var gate = nodes.Source.HoldNext("a");
        var first = nodes.A.ReadAsync(Sharing.Locked, "a");
        await gate.Reached;
        var second = nodes.B.ReadAsync(Sharing.Locked, "a");
        await nodes.B.Time.WhenTimerSetAsync(QuerySecondLevel<string, Value>.FirstPause);
        gate.Open();
        await first;
        await nodes.Store.WhenCalledAsync("unlock", 1);

        nodes.B.Time.Advance(QuerySecondLevel<string, Value>.FirstPause);

        (await second).ShouldBe(1);
        nodes.Source.Reads.ShouldBe(1);
    }

    [Fact]
    public async Task AHolderWhoseLoadFailsLetsTheNextOneTry()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        var gate = nodes.Source.HoldNext("a");
        var first = nodes.A.ReadAsync(Sharing.Locked, "a");
        await gate.Reached;
        var second = nodes.B.ReadAsync(Sharing.Locked, "a");
        await nodes.B.Time.WhenTimerSetAsync(QuerySecondLevel<string, Value>.FirstPause);
        var next = nodes.Source.HoldNext("a");
        nodes.Source.Failure = new InvalidOperationException("broken");
        gate.Open();
        await Should.ThrowAsync<InvalidOperationException>(first);

        await next.Reached; // at once: no time has passed
        nodes.Source.Failure = null;
        next.Open();
        (await second).ShouldBe(1);
        WaitsOf(nodes, LockWaitResult.Taken).ShouldBe(1);
    }

    [Fact]
    public async Task WhoHasWaitedInVainLoadsAsOfNow()
    {
        // Invalidated while B waits: loaded as of before, its value would be outdated the moment it lands.
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        nodes.Source.HoldNext("a");
        _ = nodes.A.ReadAsync(Sharing.Locked, "a");
        await Nodes.UntilAsync(() => nodes.Source.Reads == 1);
        var read = nodes.B.ReadAsync(Sharing.Locked, "a");
        await nodes.B.Time.WhenTimerSetAsync(QuerySecondLevel<string, Value>.FirstPause);
        await nodes.B.WriteAsync("a", new Value(2));

        (await nodes.B.Time.PassAsync(read)).ShouldBe(2);
        (await nodes.B.Time.PassAsync(nodes.B.Freshet.ReadAnswerAsync(Sharing.Locked, "a").AsTask())).ShouldSatisfyAllConditions(
            answer => answer.Source.ShouldBe(AnswerSource.Cache), answer => answer.LoadedAt.Position.ShouldBe(1));
    }

    [Fact]
    public async Task LocksThatCannotBeHadHoldNobodyUp()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        nodes.Store.Hold["lock"] = new Gate(); // no answer
        var read = nodes.A.ReadAsync(Sharing.Locked, "a");
        await nodes.A.Time.WhenTimerSetAsync(QueryPolicy.For(RiskLevel.High).CacheTimeout);
        nodes.A.Time.Advance(QueryPolicy.For(RiskLevel.High).CacheTimeout);

        (await read).ShouldBe(1);
        Nodes.CountersOf(nodes.A, Sharing.Locked)[LockWaitResult.Failed].ShouldBe(1);
        await nodes.Store.WhenCalledAsync("unlock", 1); // it may have been taken all the same
    }

    [Fact]
    public async Task ANodeThatNobodyWaitsForAnyMoreStopsWaiting()
    {
        await using var nodes = Nodes.Start();
        var gate = nodes.Source.HoldNext("a");
        var first = nodes.A.ReadAsync(Sharing.Locked, "a");
        await gate.Reached;
        using var leaving = new CancellationTokenSource();
        var read = nodes.B.Freshet.ReadAsync(Sharing.Locked, "a", leaving.Token).AsTask();
        await nodes.B.Time.WhenTimerSetAsync(QuerySecondLevel<string, Value>.FirstPause);

        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(read);
        await nodes.B.SettledAsync();

        gate.Open();
        await first;
        nodes.Source.Reads.ShouldBe(1);
    }

    [Fact]
    public async Task AQueryThatDoesNotAskForItTakesNoLock()
    {
        await using var nodes = Nodes.Start();
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");

        nodes.Store.Count("lock").ShouldBe(0);
    }

    private static long WaitsOf(Nodes nodes, LockWaitResult result) =>
        Nodes.CountersOf(nodes.A, Sharing.Locked)[result] + Nodes.CountersOf(nodes.B, Sharing.Locked)[result];
}
