using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Freshet.Tests.Targets;

public sealed class LifetimeTests
{
    private readonly RecordingTarget _target = new();

    [Fact]
    public async Task TargetsWorkWithoutAHost()
    {
        await using var services = new ServiceCollection().AddFreshet().Add<Things>().DriveQuietly("mine", _target).Services.BuildServiceProvider();
        var freshet = services.GetRequiredService<IFreshet>();

        await using (var action = freshet.BeginUserAction("write"))
        {
            freshet.UpdateTag(Things.Thing.For("a"));
            await action.CompleteAsync();
        }

        await _target.WhenToldAsync("1");
    }

    [Fact]
    public async Task AHostThatStopsLetsTargetsHaveTheLastRecords()
    {
        var gate = new Gate();
        _target.OnInvalidate = (_, stop) => new ValueTask(gate.PassAsync(stop));
        await using var app = TestApp.Start(freshet => freshet.DriveQuietly("mine", _target));
        var writing = app.ChangeAsync();
        await gate.Reached;

        var stopping = Task.WhenAll(app.Services.GetServices<IHostedService>().Select(hosted => hosted.StopAsync(default)));
        stopping.IsCompleted.ShouldBeFalse();
        gate.Open();
        await stopping.WaitAsync(TimeSpan.FromSeconds(30));

        _target.Calls.ShouldBe(["1"]);
        await writing;
    }

    [Fact]
    public async Task AHostThatStopsWaitsNoLongerThanItMay()
    {
        var gate = new Gate();
        _target.OnInvalidate = (_, stop) => new ValueTask(gate.PassAsync(stop));
        await using var app = TestApp.Start(freshet => freshet.DriveQuietly("mine", _target));
        _ = app.ChangeAsync();
        await gate.Reached;
        using var shutdown = new CancellationTokenSource();
        var stopping = Task.WhenAll(app.Services.GetServices<IHostedService>().Select(hosted => hosted.StopAsync(shutdown.Token)));

        await shutdown.CancelAsync();

        await stopping.WaitAsync(TimeSpan.FromSeconds(30));
        gate.IsCancelled.ShouldBeFalse(); // the target itself is cancelled when the services end
    }

    [Fact]
    public async Task WhenTheServicesEndTheRunningCallIsCancelledAndTheTargetOutlivesItsFollower()
    {
        var gate = new Gate();
        var target = new DisposableTarget(gate);
        var app = TestApp.Start(freshet => freshet.Drive("mine", _ => target, options =>
        {
            options.ResetOnStart = false;
            options.AnswerWait = TimeSpan.Zero;
        }));
        await app.ChangeAsync();
        await gate.Reached;

        await app.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        gate.IsCancelled.ShouldBeTrue();
        target.Told.ShouldBe(["cancelled", "disposed"]);
        await app.LogLines.WaitForAsync("stopped before the cache target 'mine' had applied the last 1 records");
    }

    [Fact]
    public async Task AnAnswerThatWaitsIsReleasedWhenTheServicesEnd()
    {
        var gate = new Gate();
        _target.OnInvalidate = (_, _) => new ValueTask(gate.PassAsync(CancellationToken.None)); // deaf to its cancellation
        var app = TestApp.Start(freshet => freshet.DriveQuietly("mine", _target));
        var writing = app.ChangeAsync();
        await gate.Reached;

        var ending = app.DisposeAsync();
        await writing.WaitAsync(TimeSpan.FromSeconds(30));
        await app.Time.WhenTimerSetAsync(TargetCalls.CancellationGrace);
        app.Time.Advance(TargetCalls.CancellationGrace);
        await ending.AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        gate.Open();
    }

    [Fact]
    public async Task AFollowerCarriesNothingOfWhoeverStartedIt()
    {
        var local = new AsyncLocal<string?> { Value = "whoever asked first" };
        string? seen = "not told";
        _target.OnInvalidate = (_, _) =>
        {
            seen = local.Value;
            return ValueTask.CompletedTask;
        };
        await using var app = TestApp.Start(freshet => freshet.DriveQuietly("mine", _target));

        await app.ChangeAsync();

        seen.ShouldBeNull();
    }

    private sealed class DisposableTarget(Gate gate) : ICacheTarget, IDisposable
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _told = new();

        public IReadOnlyList<string> Told => [.. _told];

        public async ValueTask InvalidateAsync(LogRecord record, CancellationToken cancellationToken)
        {
            try
            {
                await gate.PassAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                await Task.Yield(); // still running when the container looks for what to dispose next
                _told.Enqueue("cancelled");
                throw;
            }
        }

        public ValueTask ResetAsync(ResetReason reason, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public void Dispose() => _told.Enqueue("disposed");
    }
}
