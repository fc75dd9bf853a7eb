using Freshet.Tests.Diagnostics;

namespace Freshet.Tests.Operations;

/// <summary>What is told of an attempt, and when.</summary>
public sealed class AttemptTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task EveryOutcomeIsCounted()
    {
        await using var app = OperationsApp.Start(
            (run, app, ct) => run.Input.ThingId == "fails" ? throw new TimeoutException() : OperationsApp.RebuildAsync(run, app, ct),
            options => (options.MaxAttempts, options.RetryDelay) = (2, TimeSpan.Zero));
        using var meter = new MeterReader(app.App);
        await app.AcceptAsync("a");
        await app.AcceptAsync("fails");
        await app.PollAsync();
        await app.App.LogLines.WaitForAsync("failed at attempt 1");
        await app.PollAsync();
        await app.App.LogLines.WaitForAsync("was given up at attempt 2");
        await app.StopAsync();

        Counts(meter).ShouldBe([("accepted", 2), ("completed", 1), ("failed", 1), ("retried", 1)]);
        meter.Read("freshet.operation.duration").Count.ShouldBe(3);
    }

    [Fact]
    public async Task OneThatWasOvertakenAndLooksAtItsTokenIsLost()
    {
        var gate = new Gate();
        await using var app = OperationsApp.Start((_, _, ct) => gate.PassAsync(ct));
        using var meter = new MeterReader(app.App);
        await app.AcceptAsync();
        await app.PollAsync();
        await gate.Reached;
        await app.Time.WhenTimerSetAsync(app.Options.LeaseDuration / 3);
        app.Time.OnAdvanced = _ => app.Store.TakeAsync(["thing-rebuild"], app.Options.LeaseDuration, default).Result.ShouldNotBeNull();
        app.Time.Advance(app.Options.LeaseDuration);
        app.Time.OnAdvanced = _ => { };
        await app.App.LogLines.WaitForAsync("was taken over by another worker");
        await app.StopAsync();

        Counts(meter).ShouldBe([("accepted", 1), ("lost", 1)]);
    }

    /// <summary>It never heard of it: the database was away whenever it would have renewed its lease.</summary>
    [Fact]
    public async Task OneThatFailsAfterItWasOvertakenIsLostAndNotTakenForCompleted()
    {
        var gate = new Gate();
        await using var app = OperationsApp.Start(async (_, _, _) =>
        {
            await gate.PassAsync(default);
            throw new TimeoutException("of its own");
        });
        using var meter = new MeterReader(app.App);
        await app.AcceptAsync();
        await app.PollAsync();
        await gate.Reached;
        await app.Time.WhenTimerSetAsync(app.Options.LeaseDuration / 3);
        app.Time.OnAdvanced = _ =>
        {
            app.Store.TakeAsync(["thing-rebuild"], app.Options.LeaseDuration, default).Result.ShouldNotBeNull();
            app.Store.Failure = new TimeoutException("away");
        };
        app.Time.Advance(app.Options.LeaseDuration);
        app.Time.OnAdvanced = _ => { };
        await app.App.LogLines.WaitForAsync("could not be renewed");
        app.Store.Failure = null;
        gate.Open();
        await app.App.LogLines.WaitForAsync("was taken over by another worker");
        await app.StopAsync();

        Counts(meter).ShouldBe([("accepted", 1), ("lost", 1)]);
        app.App.LogLines.Lines.ShouldNotContain(line => line.Text.Contains("threw after its commit"));
    }

    [Fact]
    public async Task OneThatIsCalledOffByItsHandlerHasFailedAsAnyOther()
    {
        await using var app = OperationsApp.Start((_, _, _) => throw new OperationCanceledException(), options => options.RetryDelay = TimeSpan.FromMinutes(2));
        var operation = await app.AcceptAsync();
        await app.PollAsync();
        await app.App.LogLines.WaitForAsync("attempt 1 (OperationCanceledException) and is tried again in 120000 ms");
        await app.StopAsync();

        (await app.Operations.FindAsync(operation.Id)).ShouldNotBeNull().Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task OneThatFailsWhileItsProcessEndsHasFailedAsAnyOther()
    {
        var gate = new Gate();
        await using var app = OperationsApp.Start(async (_, _, ct) =>
        {
            await gate.PassAsync(ct).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw new TimeoutException("of its own");
        }, options => options.RetryDelay = TimeSpan.FromMinutes(2));
        var operation = await app.AcceptAsync();
        await app.PollAsync();
        await gate.Reached;
        await app.StopAsync();

        app.App.LogLines.Lines.ShouldContain(line => line.Text.Contains("attempt 1 (TimeoutException) and is tried again in 120000 ms"));
        (await app.Operations.FindAsync(operation.Id)).ShouldNotBeNull().Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task WhatIsRaisedAfterItsCommitIsAsCertainAsTheHandlersReturn()
    {
        await using var app = OperationsApp.Start(async (run, app, ct) =>
        {
            await OperationsApp.RebuildAsync(run, app, ct);
            app.App.Freshet.Raise(new ThingChanged("b"));
        });
        var operation = await app.AcceptAsync();
        await app.PollAsync();
        await app.WhenAsync(operation.Id, OperationState.Completed);
        await app.StopAsync();

        (await app.RecordsAsync()).Select(record => (record.Invalidations.Single().Tag.Text, record.IsUncertain)).ShouldBe([("thing:a", false), ("thing:b", false)]);
    }

    [Fact]
    public async Task OneWhoseEndCannotBeNotedIsTakenAgainWhenItsLeaseRunsOut()
    {
        await using var app = OperationsApp.Start(async (run, app, ct) =>
        {
            if (run.Attempt == 1)
            {
                app.Store.Failure = new TimeoutException("away");
                throw new TimeoutException("of its own");
            }
            await OperationsApp.RebuildAsync(run, app, ct);
        });
        var operation = await app.AcceptAsync();
        await app.PollAsync();
        await app.App.LogLines.WaitForAsync("could not be noted");
        app.Store.Failure = null;
        app.Time.Advance(app.Options.LeaseDuration);

        (await app.WhenAsync(operation.Id, OperationState.Completed)).Attempts.ShouldBe(2);
    }

    [Fact]
    public async Task EachTimeItWaitsTwiceAsLongUpToFiveMinutes()
    {
        await using var app = OperationsApp.Start((_, _, _) => throw new TimeoutException(), options => options.RetryDelay = TimeSpan.FromMinutes(2));
        await app.AcceptAsync();
        await app.PollAsync();
        await app.App.LogLines.WaitForAsync("attempt 1 (TimeoutException) and is tried again in 120000 ms");
        await app.PollAfterAsync(TimeSpan.FromMinutes(2));
        await app.App.LogLines.WaitForAsync("attempt 2 (TimeoutException) and is tried again in 240000 ms");
        await app.PollAfterAsync(TimeSpan.FromMinutes(4));
        await app.App.LogLines.WaitForAsync("attempt 3 (TimeoutException) and is tried again in 300000 ms");
    }

    [Fact]
    public async Task AHandlerThatBlocksItsThreadKeepsNoOtherFromBeginning()
    {
        using var both = new CountdownEvent(2);
        await using var app = OperationsApp.Start((_, _, ct) =>
        {
            both.Signal();
            return both.Wait(_patience, ct) ? Task.CompletedTask : throw new TimeoutException("the other never began");
        });
        var (first, second) = (await app.AcceptAsync("a"), await app.AcceptAsync("b"));
        await app.PollAsync();

        (await app.WhenAsync(first.Id, OperationState.Completed)).Attempts.ShouldBe(1);
        (await app.WhenAsync(second.Id, OperationState.Completed)).Attempts.ShouldBe(1);
    }

    private static IEnumerable<(string Outcome, double Count)> Counts(MeterReader meter) => meter.Read("freshet.operations")
        .GroupBy(each => each.Tags["outcome"]).Select(each => (each.Key, each.Sum(one => one.Value))).OrderBy(each => each.Key, StringComparer.Ordinal);
}
