using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Freshet.Sql.Tests.Relay;

/// <summary>How a relay ends with its host.</summary>
public sealed class RelayEndTests : WatchedRelayTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhoStopsOrDisposesItWaitsForItsStep(bool disposes)
    {
        var app = StartWatched();
        var gate = HoldOpen(1, hears: false); // a driver that does not hear that it is cancelled
        app.Time.Advance(PollInterval);
        await gate.Reached;

        var stopping = disposes ? RelayOf(app).DisposeAsync().AsTask() : RelayOf(app).StopAsync();

        stopping.IsCompleted.ShouldBeFalse();
        gate.Open();
        await stopping.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task AStepThatIsCutShortByItsEndIsNoFailure()
    {
        var app = StartWatched();
        var gate = HoldOpen(1);
        app.Time.Advance(PollInterval);
        await gate.Reached;

        await RelayOf(app).StopAsync().WaitAsync(TimeSpan.FromSeconds(30));

        gate.IsCancelled.ShouldBeTrue();
        OutboxOf(app).State.IsAway.ShouldBeFalse();
        app.LogLines.Lines.ShouldNotContain(line => line.Level >= LogLevel.Warning);
    }

    /// <summary>An append may wait for the leases of other nodes. A row that is not marked is appended once more, and known by its id.</summary>
    [Fact]
    public async Task WhoStopsItDoesNotWaitForTheLog()
    {
        var link = new TestLogServer(new TestTimeProvider()) { IsMature = true }.Connect("a");
        var app = StartWatched(more: freshet => freshet.Services.AddSingleton<ILogService>(link));
        await InsertAsync("thing.changed", """{"id":"a"}""");
        var gate = link.HoldRequest(LogCall.Append);
        app.Time.Advance(PollInterval);
        await gate.Reached;

        await RelayOf(app).StopAsync().WaitAsync(TimeSpan.FromSeconds(30));

        (await Database.CountAsync("appended_at IS NULL AND attempts = 0")).ShouldBe(1);
        link.Heal();
    }

    [Fact]
    public async Task WhatIsWaitingToBeMarkedIsMarked()
    {
        var app = StartWatched();
        await using (var action = await SaveAsync(app, "a")) await action.CompleteAsync();

        await RelayOf(app).StopAsync().WaitAsync(TimeSpan.FromSeconds(30));

        (await Database.CountAsync("position = 1")).ShouldBe(1);
    }

    /// <summary>A container that is disposed without waiting.</summary>
    [Fact]
    public async Task OneThatIsDisposedAtOnceLooksNoMore()
    {
        var app = StartWatched();
        var before = app.Time.TimersSet;

        RelayOf(app).Dispose();

        await UntilAsync(() => app.Time.TimersSet == before - 1);
    }
}
