namespace Freshet.Tests.Targets;

public sealed class DeliveryTests
{
    private readonly RecordingTarget _target = new();

    [Fact]
    public async Task EveryRecordIsToldOnceInOrderAndWhole()
    {
        await using var app = TestApp.Start(freshet => freshet.DriveQuietly("mine", _target));

        await app.ChangeAsync("a");
        await app.MarkStaleAsync("b", Profile.Minutes);
        await app.ExpireAsync("c");

        await _target.WhenToldAsync("3");
        _target.Calls.ShouldBe(["1", "2", "3"]);
        var (raised, stale) = (_target.Records.First(), _target.Records.ElementAt(1));
        raised.Event.ShouldBe("thing.changed");
        raised.Trigger.ShouldBe(TriggerKind.UserAction);
        raised.Call.ShouldBe("Raise");
        raised.Epoch.ShouldBe(app.Freshet.Log.Position.Epoch);
        raised.Invalidations.ShouldBe([new Invalidation(Things.Thing.For("a"), InvalidationKind.Expire, TimeSpan.Zero)]);
        stale.Invalidations.ShouldBe([new Invalidation(Things.Thing.For("b"), InvalidationKind.MarkStale, Profile.Minutes.Expire)]);
    }

    [Fact]
    public async Task WhatAnActionInvalidatedIsAppliedBeforeItAnswers()
    {
        await using var app = TestApp.Start(freshet => freshet.DriveQuietly("mine", _target));

        for (var i = 1; i <= 200; i++)
        {
            await app.ChangeAsync($"{i}");
            _target.Calls.Count.ShouldBe(i);
        }
    }

    [Fact]
    public async Task AnActionThatFailedAnswersAfterItsExpiriesAreApplied()
    {
        var gate = new Gate();
        _target.OnInvalidate = (_, stop) => new ValueTask(gate.PassAsync(stop));
        await using var app = TestApp.Start(freshet => freshet.DriveQuietly("mine", _target));

        var action = app.Freshet.BeginUserAction("fails");
        app.Freshet.Raise(new ThingChanged("a"));
        var ending = action.DisposeAsync();
        await gate.Reached;
        ending.IsCompleted.ShouldBeFalse();
        gate.Open();
        await ending;

        _target.Calls.ShouldBe(["1"]);
    }

    [Fact]
    public async Task ASlowTargetHoldsOneAnswerForItsAnswerWaitAndNoOther()
    {
        var gate = new Gate();
        _target.OnInvalidate = (_, stop) => new ValueTask(gate.PassAsync(stop));
        await using var app = TestApp.Start(freshet => freshet.DriveQuietly("mine", _target, options => options.AnswerWait = TimeSpan.FromMilliseconds(70)));

        var first = app.ChangeAsync();
        await gate.Reached;
        first.IsCompleted.ShouldBeFalse();
        app.Time.Advance(TimeSpan.FromMilliseconds(70));
        await first;
        await app.ChangeAsync();
        await app.ChangeAsync();

        app.Follower("mine").Lag.ShouldBe(3);
        app.Follower("mine").Counters.Unawaited.ShouldBe(3);
        app.LogLines.Lines.Count(line => line.Text.Contains("AnswerWait", StringComparison.Ordinal)).ShouldBe(1);
        gate.Open();
        await _target.WhenToldAsync("3");
        _target.Calls.ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public async Task ATargetThatIsSlowEachTimeHoldsOnlyTheFirstAnswer()
    {
        var gates = Enumerable.Range(0, 20).Select(_ => new Gate()).ToList();
        _target.OnInvalidate = (record, stop) => new ValueTask(gates[(int)record.Position - 1].PassAsync(stop));
        await using var app = TestApp.Start(freshet => freshet.DriveQuietly("mine", _target));

        foreach (var gate in gates)
        {
            var writing = app.ChangeAsync();
            await gate.Reached;
            if (gate != gates[0]) await writing; // although nobody moves the clock
            app.Time.Advance(TimeSpan.FromMilliseconds(100));
            await writing;
            gate.Open();
            await TargetSteps.UntilAsync(() => app.Follower("mine").Lag == 0);
            for (var i = 0; i < 100; i++) await Task.Yield(); // room for a follower that would call itself quick
        }
    }

    [Fact]
    public async Task ATargetThatCaughtUpIsWaitedForAgain()
    {
        var gates = new[] { new Gate(), new Gate() };
        _target.OnInvalidate = (record, stop) => record.Position <= 2 ? new ValueTask(gates[record.Position - 1].PassAsync(stop)) : ValueTask.CompletedTask;
        await using var app = TestApp.Start(freshet => freshet.DriveQuietly("mine", _target));
        var first = app.ChangeAsync();
        await gates[0].Reached;
        app.Time.Advance(TimeSpan.FromMilliseconds(100));
        await first;
        gates[0].Open();
        await app.ChangeAsync(); // not waited for: the call took as long as the answer may wait
        await gates[1].Reached;
        gates[1].Open();
        await _target.WhenToldAsync("2");

        // The second call was quick, so from now on every answer comes after its record. When that holds is the follower's to say.
        await TargetSteps.UntilAsync(() => app.Follower("mine").KeepsPace);
        await app.ChangeAsync();

        _target.Calls.ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public async Task ATargetWithoutAnswerWaitIsNeverWaitedFor()
    {
        var gate = new Gate();
        _target.OnInvalidate = (_, stop) => new ValueTask(gate.PassAsync(stop));
        await using var app = TestApp.Start(freshet => freshet.DriveQuietly("mine", _target, options => options.AnswerWait = TimeSpan.Zero));

        await app.ChangeAsync();

        _target.Calls.ShouldBeEmpty();
        gate.Open();
        await _target.WhenToldAsync("1");
    }

    [Fact]
    public async Task ATargetThatHoldsItsThreadDelaysNeitherWritesNorOthers()
    {
        using var held = new ManualResetEventSlim();
        var other = new RecordingTarget();
        _target.OnInvalidate = (_, _) =>
        {
            held.Wait(TimeSpan.FromSeconds(30), CancellationToken.None);
            return ValueTask.CompletedTask;
        };
        await using var app = TestApp.Start(freshet => freshet.DriveQuietly("holds", _target, options => options.AnswerWait = TimeSpan.Zero).DriveQuietly("other", other));

        await app.ChangeAsync();
        await app.ChangeAsync();

        other.Calls.ShouldBe(["1", "2"]);
        _target.Calls.ShouldBeEmpty();
        held.Set();
        await _target.WhenToldAsync("2");
    }

    [Fact]
    public async Task ARecordThatInvalidatesNothingIsNotTold()
    {
        await using var app = TestApp.Start(freshet => freshet.DriveQuietly("mine", _target));
        var log = (FreshnessLog)app.Freshet.Log;
        await log.AppendAsync(new Writer(TriggerKind.Job, "empty", null, null), [new RecordDraft(RecordId.Next(), "Raise", "nothing", null, [])]);

        await app.ChangeAsync();

        _target.Calls.ShouldBe(["2"]);
    }
}
