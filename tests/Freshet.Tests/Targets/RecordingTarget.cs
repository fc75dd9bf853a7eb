using System.Collections.Concurrent;

namespace Freshet.Tests.Targets;

/// <summary>A target that writes down what it is told, and does what the test says while it is told.</summary>
public sealed class RecordingTarget : ICacheTarget
{
    private readonly Lock _gate = new();
    private readonly List<string> _calls = [];
    private readonly List<(string Call, int Times, TaskCompletionSource Told)> _awaited = [];

    /// <summary>Finished calls, in order: a position, or <c>reset:</c> with its reason.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_gate) return [.. _calls];
        }
    }

    public ConcurrentQueue<LogRecord> Records { get; } = new();

    /// <summary>Runs before the call counts as finished; by position of the record.</summary>
    public Func<LogRecord, CancellationToken, ValueTask> OnInvalidate { get; set; } = (_, _) => ValueTask.CompletedTask;

    public Func<ResetReason, CancellationToken, ValueTask> OnReset { get; set; } = (_, _) => ValueTask.CompletedTask;

    public async ValueTask InvalidateAsync(LogRecord record, CancellationToken cancellationToken)
    {
        await OnInvalidate(record, cancellationToken);
        Records.Enqueue(record);
        Note($"{record.Position}");
    }

    public async ValueTask ResetAsync(ResetReason reason, CancellationToken cancellationToken)
    {
        await OnReset(reason, cancellationToken);
        Note($"reset:{reason}");
    }

    /// <summary>Completes when a call was finished, so many times.</summary>
    public Task WhenToldAsync(string call, int times = 1)
    {
        lock (_gate)
        {
            if (_calls.Count(each => each == call) >= times) return Task.CompletedTask;
            var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((call, times, told));
            return told.Task.WaitAsync(TimeSpan.FromSeconds(30)); // fails rather than hangs
        }
    }

    private void Note(string call)
    {
        lock (_gate)
        {
            _calls.Add(call);
            var times = _calls.Count(each => each == call);
            foreach (var (_, _, told) in _awaited.Where(awaited => awaited.Call == call && awaited.Times <= times)) told.TrySetResult();
        }
    }
}

/// <summary>Steps most tests of targets take.</summary>
internal static class TargetSteps
{
    /// <summary>A write, and the watchdog: one that is wrongly held back fails its test instead of hanging it.</summary>
    public static Task<ConsistencyToken?> ChangeAsync(this TestApp app, string id = "a") =>
        app.WriteAsync(id, new Value(1)).WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Waits until something is so that nobody announces; fails rather than hangs.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        for (var since = System.Diagnostics.Stopwatch.StartNew(); !condition(); await Task.Yield())
            since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    public static TargetFollower Follower(this TestApp app, string name) =>
        ((FreshnessLog)app.Freshet.Log).Targets.Followers.Single(follower => follower.Name == name);

    /// <summary>Adds a target that the test holds, without the reset at the start.</summary>
    public static FreshetBuilder DriveQuietly(this FreshetBuilder freshet, string name, ICacheTarget target, Action<CacheTargetOptions>? configure = null) =>
        Microsoft.Extensions.DependencyInjection.FreshetBuilderTargetExtensions.Drive(freshet, name, _ => target, options =>
        {
            options.ResetOnStart = false;
            configure?.Invoke(options);
        });
}
