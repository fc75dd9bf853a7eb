using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Targets;

/// <summary>Targets that throw, block or never return: the write does not notice, the records after a bad one are told, and a gap is paid by a reset.</summary>
public sealed class FailureTests
{
    private static readonly TimeSpan _firstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _callTimeout = TimeSpan.FromSeconds(9); // no other timer of the application has it

    private readonly RecordingTarget _target = new();

    [Fact]
    public async Task AFailedRecordIsTriedAgainBeforeTheNextOne()
    {
        FailTimes(position: 1, times: 2);
        await using var app = Start();

        await app.ChangeAsync(); // is not held back, nor does it fail
        await app.ChangeAsync();
        await AdvanceAsync(app, _firstRetry);
        await AdvanceAsync(app, _firstRetry * 2);

        await _target.WhenToldAsync("2");
        _target.Calls.ShouldBe(["1", "2"]);
        app.Follower("mine").Counters.Applied.ShouldBe(2);
        app.Follower("mine").Counters.Failed.ShouldBe(0);
        app.LogLines.Lines.Count(line => line.Text.Contains("will be tried again", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task APoisonousRecordStopsNoneAfterItAndIsPaidByAReset()
    {
        FailTimes(position: 2, times: int.MaxValue);
        await using var app = Start(options => options.MaxAttempts = 2);

        await app.ChangeAsync();
        await app.ChangeAsync();
        await AdvanceAsync(app, _firstRetry);
        await _target.WhenToldAsync("reset:RecordFailed");
        await app.ChangeAsync();

        await _target.WhenToldAsync("3");
        _target.Calls.ShouldBe(["1", "reset:RecordFailed", "3"]);
        app.Follower("mine").Counters.Failed.ShouldBe(1);
        app.Follower("mine").Counters.ResetsApplied.ShouldBe(1);
        await app.LogLines.WaitForAsync("could not apply position 2");
        await app.LogLines.WaitForAsync("'mine' works again");
    }

    [Fact]
    public async Task AResetForAFailedRecordIsNotRepeatedForEachOne()
    {
        FailTimes(position: 1, times: int.MaxValue);
        FailTimes(position: 2, times: int.MaxValue);
        await using var app = Start(options => options.MaxAttempts = 1);
        await app.ChangeAsync();
        await _target.WhenToldAsync("reset:RecordFailed");

        await app.ChangeAsync();
        await app.ChangeAsync();
        await _target.WhenToldAsync("3");

        _target.Calls.ShouldBe(["reset:RecordFailed", "3"]);
        await AdvanceAsync(app, ResetPlan.Pause);
        await _target.WhenToldAsync("reset:RecordFailed", times: 2);
    }

    [Fact]
    public async Task DuringAnOutageRecordsAreTriedOnceAndTheResetFollowsWhenItEnds()
    {
        var (isOut, calls) = (true, 0);
        _target.OnInvalidate = (_, _) =>
        {
            Interlocked.Increment(ref calls);
            return Volatile.Read(ref isOut) ? throw new InvalidOperationException("away") : ValueTask.CompletedTask;
        };
        _target.OnReset = (_, _) => Volatile.Read(ref isOut) ? throw new InvalidOperationException("away") : ValueTask.CompletedTask;
        await using var app = Start(options => options.MaxAttempts = 2);
        for (var i = 0; i < 50; i++) await app.ChangeAsync();
        await AdvanceAsync(app, _firstRetry);
        await TargetSteps.UntilAsync(() => app.Follower("mine").Lag == 0);
        await AdvanceAsync(app, TimeSpan.FromMilliseconds(500));
        await TargetSteps.UntilAsync(() => app.Follower("mine").Counters.ResetsFailed == 2);

        Volatile.Write(ref isOut, false);
        await AdvanceAsync(app, TimeSpan.FromSeconds(1));
        await _target.WhenToldAsync("reset:RecordFailed");

        app.Follower("mine").Counters.Failed.ShouldBe(50);
        calls.ShouldBe(51);
        app.LogLines.Lines.Count(line => line.Level == Microsoft.Extensions.Logging.LogLevel.Error).ShouldBe(1); // one outage, one line
        await app.LogLines.WaitForAsync("'mine' works again");
    }

    [Fact]
    public async Task ACallThatTakesTooLongIsCancelledAndTriedAgain()
    {
        var gate = new Gate();
        var calls = 0;
        _target.OnInvalidate = (_, stop) => Interlocked.Increment(ref calls) == 1 ? new ValueTask(gate.PassAsync(stop)) : ValueTask.CompletedTask;
        await using var app = Start();

        await app.ChangeAsync();
        await AdvanceAsync(app, _callTimeout);
        try
        {
            await gate.Cancelled;
        }
        finally
        {
            gate.Open(); // or a call that nobody cancelled would hold the end of the test
        }
        await AdvanceAsync(app, _firstRetry);

        await _target.WhenToldAsync("1");
        calls.ShouldBe(2);
    }

    [Fact]
    public async Task ACallThatNeverReturnsIsGivenUpAndTheNextRecordsAreTold()
    {
        var gate = new Gate();
        _target.OnInvalidate = (record, _) => record.Position == 1 ? new ValueTask(gate.PassAsync(CancellationToken.None)) : ValueTask.CompletedTask;
        await using var app = Start();

        await app.ChangeAsync();
        await AdvanceAsync(app, _callTimeout);
        await AdvanceAsync(app, TargetCalls.CancellationGrace);
        await _target.WhenToldAsync("reset:RecordFailed");
        await app.ChangeAsync();

        await _target.WhenToldAsync("2");
        app.Follower("mine").Counters.Failed.ShouldBe(1);
        gate.Open();
    }

    [Fact]
    public async Task ACallThatHoldsItsThreadIsGivenUpAndTheNextRecordsAreTold()
    {
        using var held = new ManualResetEventSlim();
        _target.OnInvalidate = (record, _) =>
        {
            if (record.Position == 1) held.Wait(TimeSpan.FromSeconds(30), CancellationToken.None);
            return ValueTask.CompletedTask;
        };
        await using var app = Start();

        await app.ChangeAsync();
        await AdvanceAsync(app, _callTimeout);
        await AdvanceAsync(app, TargetCalls.CancellationGrace);
        await _target.WhenToldAsync("reset:RecordFailed");
        await app.ChangeAsync();

        await _target.WhenToldAsync("2");
        held.Set();
    }

    [Fact]
    public async Task ARecordThatComesWhileTheTargetIsResetIsToldAfterIt()
    {
        var gate = new Gate();
        _target.OnReset = (_, stop) => new ValueTask(gate.PassAsync(stop));
        await using var app = Start(options => options.ResetOnStart = true);
        await gate.Reached;

        await app.ChangeAsync();
        gate.Open();

        await _target.WhenToldAsync("1");
        _target.Calls.ShouldBe(["reset:Started", "1"]);
    }

    [Fact]
    public async Task ATargetWhoseCallsNeverReturnIsNotCalledAnyMoreUntilOneDoes()
    {
        var gates = new[] { new Gate(), new Gate(), new Gate() };
        var calls = 0;
        _target.OnInvalidate = (_, _) => Interlocked.Increment(ref calls) is var call and <= 3 ? new ValueTask(gates[call - 1].PassAsync(CancellationToken.None)) : ValueTask.CompletedTask;
        _target.OnReset = (_, _) => throw new InvalidOperationException("no");
        await using var app = Start();
        for (var i = 0; i < 4; i++) await app.ChangeAsync();

        foreach (var gate in gates)
        {
            await gate.Reached;
            await AdvanceAsync(app, _callTimeout);
            await AdvanceAsync(app, TargetCalls.CancellationGrace);
        }

        await app.LogLines.WaitForAsync("is not called any more");
        Volatile.Read(ref calls).ShouldBe(3);
        gates[1].Open();
        await _target.WhenToldAsync("4");
    }

    [Fact]
    public async Task AFailingTargetDelaysNoOther()
    {
        var other = new RecordingTarget();
        FailTimes(position: 1, times: int.MaxValue);
        await using var app = TestApp.Start(freshet => freshet.DriveQuietly("mine", _target).DriveQuietly("other", other));

        await app.ChangeAsync();
        await app.ChangeAsync();

        other.Calls.ShouldBe(["1", "2"]);
        app.Follower("mine").Lag.ShouldBe(2);
    }

    [Fact]
    public async Task ATargetThatFellBehindTheLogsRetentionIsReset()
    {
        var gate = new Gate();
        _target.OnInvalidate = (record, stop) => record.Position == 1 ? new ValueTask(gate.PassAsync(stop)) : ValueTask.CompletedTask;
        await using var app = TestApp.Start(freshet => freshet
            .Configure(options => options.LogRetention = 16)
            .DriveQuietly("mine", _target, options => options.AnswerWait = TimeSpan.Zero));
        await app.ChangeAsync();
        await gate.Reached;
        for (var i = 0; i < 40; i++) await app.ChangeAsync();

        gate.Open();
        await _target.WhenToldAsync("reset:FellBehind");
        await app.ChangeAsync();

        await _target.WhenToldAsync("42");
        _target.Calls.ShouldBe(["1", "reset:FellBehind", "42"]);
    }

    [Theory]
    [InlineData(0)]  // the new log's numbers lie below the old one's
    [InlineData(2)]  // they go on where the old one's ended, so that no number is missing
    [InlineData(70)] // they lie above
    public async Task AChangeOfTheLogsEpochResetsBeforeItsFirstRecordIsTold(long head)
    {
        await using var app = Start();
        await app.ChangeAsync();
        await app.ChangeAsync();
        await _target.WhenToldAsync("2");

        ((FreshetService)app.Freshet).Node.StartOver(new LogPosition(Epoch.Create(), head));
        await app.ChangeAsync();
        await _target.WhenToldAsync("reset:EpochChanged");
        await app.ChangeAsync();

        var last = (head + 2).ToString(CultureInfo.InvariantCulture);
        await _target.WhenToldAsync(last, times: head == 0 ? 2 : 1);
        _target.Calls.ShouldBe(["1", "2", "reset:EpochChanged", last]);
    }

    [Fact]
    public async Task ATargetThatOutlivesTheProcessIsResetAtTheStart()
    {
        await using var app = TestApp.Start(freshet => freshet.Drive("mine", _ => _target));

        await _target.WhenToldAsync("reset:Started");
        await app.ChangeAsync();

        _target.Calls.ShouldBe(["reset:Started", "1"]);
    }

    [Fact]
    public async Task AResetAtTheStartThatFailsIsTriedAgainWhileRecordsAreTold()
    {
        var failures = 1;
        _target.OnReset = (_, _) => Interlocked.Decrement(ref failures) >= 0 ? throw new InvalidOperationException("no") : ValueTask.CompletedTask;
        await using var app = TestApp.Start(freshet => freshet.Drive("mine", _ => _target));
        await app.LogLines.WaitForAsync("could not be reset");

        await app.ChangeAsync();
        await _target.WhenToldAsync("1");
        await AdvanceAsync(app, TimeSpan.FromMilliseconds(500));

        await _target.WhenToldAsync("reset:Started");
        _target.Calls.ShouldBe(["1", "reset:Started"]);
    }

    [Fact]
    public async Task ALogProviderThatThrowsStopsNoTarget()
    {
        FailTimes(position: 1, times: 1);
        await using var app = Start();
        app.LogLines.Failure = new InvalidOperationException("disk full");

        await Should.ThrowAsync<InvalidOperationException>(() => app.ChangeAsync()); // as without targets: the records are appended
        await AdvanceAsync(app, _firstRetry);

        await _target.WhenToldAsync("1");
        app.LogLines.Failure = null;
    }

    private TestApp Start(Action<CacheTargetOptions>? configure = null) => TestApp.Start(freshet => freshet.DriveQuietly("mine", _target, options =>
    {
        options.CallTimeout = _callTimeout;
        options.AnswerWait = TimeSpan.Zero; // these tests move the clock; an answer that waited would move with it
        configure?.Invoke(options);
    }));

    private void FailTimes(long position, int times)
    {
        var before = _target.OnInvalidate;
        _target.OnInvalidate = (record, stop) =>
            record.Position == position && times-- > 0 ? throw new InvalidOperationException("poison") : before(record, stop);
    }

    private static async Task AdvanceAsync(TestApp app, TimeSpan by)
    {
        await app.Time.WhenTimerSetAsync(by);
        app.Time.Advance(by);
    }
}
