using System.Collections.Concurrent;

namespace Freshet.Tests.Reading;

/// <summary>A load goes on where its loader's task ends, and neither takes anything from there nor leaves anything behind.</summary>
public sealed class LoadFlowTests
{
    private static readonly AsyncLocal<string?> _around = new();
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task WhatFlowsWhereTheLoadersTaskEndsDoesNotFlowIntoTheLoad()
    {
        await using var app = TestApp.Start<Asked>();
        var read = app.Freshet.ReadAsync(Asked.Query, "flow").AsTask();
        var asked = await Asked.Next("flow");

        _around.Value = "a driver";
        asked.SetResult(new Measured()); // the load goes on right here
        var after = _around.Value;

        after.ShouldBe("a driver");
        (await read.WaitAsync(_patience)).Around.ShouldBe(["the load"], "measured in the surroundings that the loader left");
    }

    [Fact]
    public async Task ALoaderThatStopsWhatFlowsIsAnsweredForAsAnyOther()
    {
        await using var app = TestApp.Start<Asked>();
        var read = app.Freshet.ReadAsync(Asked.Query, "stops").AsTask();

        (await Asked.Next("stops")).SetResult(new Measured());

        (await read.WaitAsync(_patience)).Around.Count.ShouldBe(1);
        ExecutionContext.IsFlowSuppressed().ShouldBeFalse();
    }

    [Fact]
    public async Task ALoaderThatThrowsBeforeItReturnsATaskFailsAsAnyOther()
    {
        await using var app = TestApp.Start<Asked>();

        await Should.ThrowAsync<TimeoutException>(app.Freshet.ReadAsync(Asked.Query, "throws").AsTask().WaitAsync(_patience));
        (await Should.ThrowAsync<TimeoutException>(app.Freshet.ReadAsync(Asked.Query, "throws").AsTask().WaitAsync(_patience))).Message.ShouldBe("at once");
    }

    [Fact]
    public void WhatGoesWrongBehindALoadReachesNeitherItsReaderNorWhoEndedItsLoader()
    {
        var load = new Failing();

        Should.NotThrow(() => LoadFlow.BeginHere(load));
        Should.NotThrow(() => LoadFlow.Begin(load));
        Should.NotThrow(() => LoadFlow.GoOn(flow: null, load));
        Should.NotThrow(() => LoadFlow.GoOn(ExecutionContext.Capture(), load));

        load.Steps.ShouldBe(4);
    }

    [Fact]
    public void AndIsWhereTheFailureOfATaskIsThatNobodyAwaits()
    {
        var load = new Failing();
        var isTold = false;
        EventHandler<UnobservedTaskExceptionEventArgs> told = (_, failure) => isTold |= failure.Exception.InnerExceptions.Contains(load.Error);
        TaskScheduler.UnobservedTaskException += told;
        try
        {
            LoadFlow.Begin(load);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= told;
        }

        isTold.ShouldBeTrue();
    }

    private sealed class Failing : IFlowingLoad
    {
        public Exception Error { get; } = new InvalidOperationException("a reader that was told");

        public int Steps { get; private set; }

        public void Begin() => GoOn();

        public void GoOn()
        {
            Steps++;
            throw Error;
        }
    }

    public sealed class Measured
    {
        public List<string?> Around { get; } = [];
    }

    private sealed class Asked() : Catalog("asked-team")
    {
        private static readonly ConcurrentDictionary<string, TaskCompletionSource<TaskCompletionSource<Measured>>> _asked = new();

        public static readonly Tag<string> Thing = new("thing");
        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

        public static readonly CachedQuery<string, Measured> Query = new CachedQuery<string, Measured>("asked", RiskLevel.Low)
            .DependsOn(Thing, id => id)
            .SizedBy(value =>
            {
                value.Around.Add(_around.Value);
                return 100;
            })
            .LoadWith((id, _) =>
            {
                _around.Value = "the load"; // no asynchronous method, so it stays
                if (id == "stops") ExecutionContext.SuppressFlow();
                if (id == "throws") throw new TimeoutException("at once");
                var asked = new TaskCompletionSource<Measured>();
                Of(id).SetResult(asked);
                return asked.Task;
            });

        public static Task<TaskCompletionSource<Measured>> Next(string id) => Of(id).Task.WaitAsync(_patience);

        private static TaskCompletionSource<TaskCompletionSource<Measured>> Of(string id) => _asked.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
