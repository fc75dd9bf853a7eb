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

    /// <summary>The load ends while its starter is about to wait: both find the answer and the wait.</summary>
    [Fact]
    public async Task WhoIsToldFromBothSidesIsToldOnce()
    {
        await using var app = TestApp.Start();
        var runtime = (QueryRuntime<string, Value>)((FreshetService)app.Freshet).Runtimes.Single(query => query.Name == "high");
        var flight = new Flight<string, Value>(runtime, "a", [], default, isShared: false);
        var (starter, answers) = (new StarterWait<string, Value>(runtime, flight), new Answers<Value>());
        var landed = Landed(7);

        answers.Give(landed);
        answers.Wait(starter); // tells itself
        answers.StarterWaits.ShouldBeFalse();
        answers.TellStarter();

        (await starter.Task).Number.ShouldBe(7);
    }

    [Fact]
    public async Task WhoWaitedBeforeTheEndIsToldByIt()
    {
        await using var app = TestApp.Start();
        var runtime = (QueryRuntime<string, Value>)((FreshetService)app.Freshet).Runtimes.Single(query => query.Name == "high");
        var flight = new Flight<string, Value>(runtime, "a", [], default, isShared: false);
        var (starter, answers) = (new StarterWait<string, Value>(runtime, flight), new Answers<Value>());

        answers.Wait(starter);
        answers.StarterWaits.ShouldBeTrue();
        answers.Give(Landed(7));
        starter.Task.IsCompleted.ShouldBeFalse("joiners first; the starter when it is told");
        answers.TellStarter();

        (await starter.Task).Number.ShouldBe(7);
    }

    private static Landed<Value> Landed(int number)
    {
        var epoch = Epoch.Create();
        var applied = new AppliedPosition(new LogPosition(epoch, 1), new MarkTable(epoch, forgottenUpTo: 0), sequence: 1);
        return new Landed<Value>(new Entry<string, Value>("a", new Value(number), applied, [], 0, long.MaxValue, null, isCacheable: true), 1);
    }
}
