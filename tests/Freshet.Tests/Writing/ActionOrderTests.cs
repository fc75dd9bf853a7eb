using Freshet.Tests.Diagnostics;

namespace Freshet.Tests.Writing;

/// <summary>Several flows of one action: each appends after the one before it has taken in what it appended.</summary>
public sealed class ActionOrderTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task ARecordThatIsAppendedAtOnceKeepsTheOrderOfPositions()
    {
        await using var app = TestApp.Start();
        await using var job = app.Freshet.BeginJob("import");
        app.Freshet.Raise(new ThingChanged("a"));
        using var held = new HeldAppend();
        var flush = held.Begin(() => job.FlushAsync().AsTask());
        await held.Reached.WaitAsync(_patience);

        var now = job.AppendNowAsync(new RecordDraft(RecordId.Next(), "UpdateTag", null, null, [])).AsTask();
        held.Open();
        await Task.WhenAll(flush, now).WaitAsync(_patience);

        job.Records.Select(record => record.Position).ShouldBe([1, 2]);
        job.Token!.Value.Position.ShouldBe(2);
    }

    [Fact]
    public async Task WhatTwoFlowsHoldAtOnceIsHeldOnce()
    {
        await using var app = TestApp.Start();
        await using var job = app.Freshet.BeginJob("import");
        app.Freshet.Raise(new ThingChanged("a"));
        using var held = new HeldAppend();
        var first = held.Begin(() => job.HoldAsync().AsTask());
        await held.Reached.WaitAsync(_patience);

        var second = job.HoldAsync().AsTask();
        held.Open();

        (await Task.WhenAll(first, second).WaitAsync(_patience)).ShouldBe([true, true]);
        app.Freshet.Log.Position.Position.ShouldBe(1);
    }

    [Fact]
    public async Task WhatIsBeingAppendedIsTouchedUntilThisNodeHasAppliedIt()
    {
        await using var app = TestApp.Start();
        await using var job = app.Freshet.BeginJob("import");
        app.Freshet.Raise(new ThingChanged("a"));
        var seen = new List<bool>();
        app.Time.OnUtcNow = () => seen.Add(job.HasUnapplied && job.Touches([], [Things.Thing.For("a")]) && !job.Touches([], [Things.Thing.For("b")])); // in the middle of appending

        await job.FlushAsync();

        app.Time.OnUtcNow = () => { };
        seen.ShouldNotBeEmpty();
        seen.ShouldAllBe(touches => touches);
        (job.HasUnapplied, job.Touches([], [Things.Thing.For("a")])).ShouldBe((false, false), "from here on its reads are the cache's again");
    }

    /// <summary>Holds the first append once the log has it, before its action has taken it in.</summary>
    private sealed class HeldAppend : IDisposable
    {
        private readonly TraceReader _trace;
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _open = new();
        private int _appends;

        public HeldAppend() => _trace = new TraceReader(onStopped: () =>
        {
            if (Interlocked.Increment(ref _appends) > 1) return;
            _reached.SetResult();
            _open.Wait(_patience);
        });

        public Task Reached => _reached.Task;

        public Task<T> Begin<T>(Func<Task<T>> append) => Task.Factory.StartNew(append, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

        public void Open() => _open.Set();

        public void Dispose()
        {
            _open.Set();
            _trace.Dispose();
            _open.Dispose();
        }
    }
}
