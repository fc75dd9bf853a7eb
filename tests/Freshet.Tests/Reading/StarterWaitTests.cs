namespace Freshet.Tests.Reading;

/// <summary>A reader that started a load, cannot be cancelled and has nothing around it waits without a task: everything else must be as with one.</summary>
public sealed class StarterWaitTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task TheStarterGetsTheValueOnceItIsThere()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var read = app.Freshet.ReadAsync(Things.High, "a");
        await gate.Reached;
        read.IsCompleted.ShouldBeFalse();

        gate.Open();

        (await read.AsTask().WaitAsync(_patience)).Number.ShouldBe(1);
    }

    [Fact]
    public async Task WhoBlocksIsAnsweredToo()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
#pragma warning disable CA2012, xUnit1031 // What this test is about.
        var blocked = Task.Factory.StartNew(() => app.Freshet.ReadAsync(Things.High, "a").GetAwaiter().GetResult(), TaskCreationOptions.LongRunning);
#pragma warning restore CA2012, xUnit1031
        await gate.Reached;

        gate.Open();

        (await blocked.WaitAsync(_patience)).Number.ShouldBe(1);
    }

    [Fact]
    public async Task AFailureIsTheStartersOwn()
    {
        await using var app = TestApp.Start();
        var gate = app.Source.HoldNext("a");
        app.Source.Failure = new TimeoutException("the database is away");
        var read = app.Freshet.ReadAsync(Things.High, "a");
        await gate.Reached;

        gate.Open();

        await Should.ThrowAsync<TimeoutException>(async () => await read.AsTask().WaitAsync(_patience));
        app.LogLines.Lines.ShouldNotContain(line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Warning, "who waits is told; the log is for what nobody hears");
    }

    [Fact]
    public async Task ALoadThatFailsLaterIsAnsweredByTheLastGoodValue()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Medium, "a");
        await app.ExpireAsync("a");
        var gate = app.Source.HoldNext("a");
        app.Source.Failure = new TimeoutException("the database is away");
        var read = app.Freshet.ReadAsync(Things.Medium, "a");
        await gate.Reached;

        gate.Open();

        (await read.AsTask().WaitAsync(_patience)).Number.ShouldBe(1);
    }

    [Fact]
    public async Task ALoadThatIsCancelledCancelsItsStartersWait()
    {
        await using var app = TestApp.Start();
        var gate = app.Source.HoldNext("a");
        app.Source.Failure = new OperationCanceledException("the database was shut down");
        var read = app.Freshet.ReadAsync(Things.High, "a").AsTask();
        await gate.Reached;

        gate.Open();

        await Should.ThrowAsync<OperationCanceledException>(read.WaitAsync(_patience));
        read.IsCanceled.ShouldBeTrue();
    }

    /// <summary>The load ends while its starter is about to wait: both find the answer and the wait.</summary>
    [Fact]
    public async Task WhoIsToldFromBothSidesGoesOnOnce()
    {
        var (answers, starter) = (new Answers<Value>(), new Starter());
        answers.Give(Landed(7));
        answers.TellStarter(); // nobody waits yet

        answers.WaitWith(Starter.GoOn, starter); // finds the answer

        answers.StarterWaits.ShouldBeFalse();
        answers.TellStarter();
        await starter.WentOn.WaitAsync(_patience);
        starter.Times.ShouldBe(1);
    }

    [Fact]
    public void WhoWaitedBeforeTheEndGoesOnWhenToldAndOnce()
    {
        var (answers, starter) = (new Answers<Value>(), new Starter());

        answers.WaitWith(Starter.GoOn, starter);
        answers.StarterWaits.ShouldBeTrue();
        answers.Give(Landed(7));
        starter.Times.ShouldBe(0, "joiners first; the starter when it is told");
        answers.TellStarter();
        answers.TellStarter();

        starter.Times.ShouldBe(1, "here, before the one who told returned");
        answers.StarterWaits.ShouldBeFalse();
    }

    [Fact]
    public async Task AStarterWithASchedulerOfItsOwnGoesOnThere()
    {
        await using var app = TestApp.Start();
        var scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        var gate = app.Source.HoldNext("a");

        var read = Task.Factory.StartNew(async () =>
        {
            await app.Freshet.ReadAsync(Things.High, "a");
            return TaskScheduler.Current;
        }, CancellationToken.None, TaskCreationOptions.None, scheduler).Unwrap();
        await gate.Reached;
        gate.Open();

        (await read.WaitAsync(_patience)).ShouldBeSameAs(scheduler);
    }

    [Fact]
    public async Task AndOneOfAUserInterfaceInItsContext()
    {
        await using var app = TestApp.Start();
        var gate = app.Source.HoldNext("a");
        var (before, own) = (SynchronizationContext.Current, new Posted());
        SynchronizationContext.SetSynchronizationContext(own);
        var read = ReadAsync();
        SynchronizationContext.SetSynchronizationContext(before);
        await gate.Reached;

        gate.Open();

        await read.WaitAsync(_patience);
        own.Times.ShouldBe(1);

        async Task ReadAsync() => await app.Freshet.ReadAsync(Things.High, "a");
    }

    [Fact]
    public async Task AndOneThatAsksForWhatFlowsWithItHasThatToo()
    {
        await using var app = TestApp.Start();
        var (request, seen) = (new AsyncLocal<string?>(), new TaskCompletionSource<string?>());
        var gate = app.Source.HoldNext("a");
        request.Value = "a request";
#pragma warning disable CA2012 // An awaiter used by hand, as by a library that is not compiled with await.
        app.Freshet.ReadAsync(Things.High, "a").GetAwaiter().OnCompleted(() => seen.SetResult(request.Value));
#pragma warning restore CA2012
        await gate.Reached;

        gate.Open();

        (await seen.Task.WaitAsync(_patience)).ShouldBe("a request");
    }

    private sealed class Posted : SynchronizationContext
    {
        private int _times;

        public int Times => Volatile.Read(ref _times);

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.Increment(ref _times);
            base.Post(d, state);
        }
    }

    private sealed class Starter
    {
        public static readonly Action<object?> GoOn = static starter =>
        {
            Interlocked.Increment(ref ((Starter)starter!)._times);
            ((Starter)starter)._wentOn.TrySetResult();
        };

        private readonly TaskCompletionSource _wentOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _times;

        public Task WentOn => _wentOn.Task;

        public int Times => Volatile.Read(ref _times);
    }

    private static Landed<Value> Landed(int number)
    {
        var epoch = Epoch.Create();
        var applied = new AppliedPosition(new LogPosition(epoch, 1), new MarkTable(epoch, forgottenUpTo: 0), sequence: 1);
        return new Landed<Value>(new Entry<string, Value>("a", new Value(number), applied, [], 0, long.MaxValue, null, isCacheable: true), 1);
    }
}
