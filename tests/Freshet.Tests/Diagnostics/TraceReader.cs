using System.Collections.Concurrent;
using System.Diagnostics;

namespace Freshet.Tests.Diagnostics;

/// <summary>Listens to Freshet's activities of one trace: other tests run beside this one.</summary>
internal sealed class TraceReader : IDisposable
{
    private static readonly ActivitySource _tests = new("Freshet.Tests");
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;
    private readonly Activity? _before = Activity.Current;

    /// <param name="sampling">What the sampler says to activities of this trace.</param>
    /// <param name="onStarted">Runs when one of this trace starts, as a listener that throws would.</param>
    /// <param name="onStopped">Runs when one of this trace ends.</param>
    public TraceReader(ActivitySamplingResult sampling = ActivitySamplingResult.AllDataAndRecorded, Action? onStarted = null, Action? onStopped = null)
    {
        Activity.Current = null;
        var trace = ActivityTraceId.CreateRandom();
        var parent = new ActivityContext(trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Freshet" or "Freshet.Tests",
            Sample = (ref options) => options.TraceId == trace
                ? options.Source.Name == "Freshet" ? sampling : ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.None,
            ActivityStarted = activity =>
            {
                if (activity.TraceId == trace && activity.Source.Name == "Freshet") onStarted?.Invoke();
            },
            ActivityStopped = activity =>
            {
                if (activity.TraceId != trace || activity.Source.Name != "Freshet") return;
                _ended.Enqueue(activity);
                onStopped?.Invoke();
            },
        };
        ActivitySource.AddActivityListener(_listener);
        Request = _tests.StartActivity(ActivityKind.Server, parent, name: "request").ShouldNotBeNull();
    }

    /// <summary>The activity around the test's reads and writes, as a web server would start one.</summary>
    public Activity Request { get; }

    public IReadOnlyList<Activity> Ended => [.. _ended];

    public IReadOnlyList<Activity> Loads => [.. _ended.Where(activity => activity.OperationName == "freshet.load")];

    public IReadOnlyList<Activity> Appends => [.. _ended.Where(activity => activity.OperationName == "freshet.append")];

    /// <summary>Another request of the same trace.</summary>
    public Activity AnotherRequest() => _tests.StartActivity(ActivityKind.Server, Request.Context, name: "another").ShouldNotBeNull();

    public void Dispose()
    {
        Request.Dispose();
        _listener.Dispose();
        Activity.Current = _before;
    }
}
