namespace Freshet.Tests.Operations;

/// <summary>Operations are worked off once, whatever becomes of the workers.</summary>
public sealed class WorkerTests
{
    [Fact]
    public async Task AnOperationIsThereOnceItsTransactionIsCommitted()
    {
        await using var app = OperationsApp.Start(null);
        Operation operation;
        using (var transaction = await app.Database.BeginAsync())
        {
            operation = await app.Operations.AcceptAsync(transaction, OperationsApp.Rebuild, new Order("a"), "ada");
            (await app.Operations.FindAsync(operation.Id)).ShouldBeNull();
            transaction.Commit();
        }
        var rolledBack = Guid.Empty;
        using (var transaction = await app.Database.BeginAsync()) rolledBack = (await app.Operations.AcceptAsync(transaction, OperationsApp.Rebuild, new Order("b"))).Id;

        var found = await app.Operations.FindAsync(operation.Id);

        found.ShouldNotBeNull();
        (found.Status, found.Kind, found.Owner, found.Attempts).ShouldBe((OperationState.Accepted, "thing-rebuild", "ada", 0));
        (await app.Operations.FindAsync(rolledBack)).ShouldBeNull();
    }

    [Fact]
    public async Task ItsOwnerIsTheActorUnlessAnotherIsNamed()
    {
        await using var app = OperationsApp.Start(null);
        await using var action = app.App.Freshet.BeginUserAction("POST /rebuild", "grace");

        (await app.AcceptAsync(owner: null)).Owner.ShouldBe("grace");
        (await app.AcceptAsync(owner: "ada")).Owner.ShouldBe("ada");
    }

    [Fact]
    public async Task ItIsAcceptedThenProcessingThenCompletedAndOnlyThenHasItsEvents()
    {
        var gate = new Gate();
        await using var app = OperationsApp.Start(async (run, app, ct) =>
        {
            await gate.PassAsync(ct);
            await OperationsApp.RebuildAsync(run, app, ct);
        });
        var operation = await app.AcceptAsync();
        await app.PollAsync();
        await gate.Reached;

        var processing = (await app.Operations.FindAsync(operation.Id))!;
        gate.Open();
        var completed = await app.WhenAsync(operation.Id, OperationState.Completed);

        (processing.Status, processing.Records.Count, processing.Token, processing.Result).ShouldBe((OperationState.Processing, 0, null, null));
        completed.Result.ShouldBe("""{"number":1}""");
        completed.Records.ShouldHaveSingleItem().Event.ShouldBe("thing.changed");
        completed.Token.ShouldBe(new ConsistencyToken(app.App.Freshet.Log.Position.Epoch, 1));
        completed.Attempts.ShouldBe(1);
        var record = (await app.RecordsAsync()).ShouldHaveSingleItem();
        (record.Trigger, record.Action, record.Actor).ShouldBe((TriggerKind.Job, "thing-rebuild", "ada"));
    }

    [Fact]
    public async Task ACommittedOperationWhoseRecordsAreNotInTheLogIsNotCompletedYet()
    {
        await using var app = OperationsApp.Start(OperationsApp.RebuildAsync);
        app.Database.LosesNotes = true; // as when the worker dies between the commit and the append: only the relay will tell
        var operation = await app.AcceptAsync();
        await app.PollAsync();
        var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
        while (app.Database.Noted.IsEmpty && !watchdog.IsCompleted) await Task.Yield();

        var committed = (await app.Operations.FindAsync(operation.Id))!;
        app.Database.LosesNotes = false;
        app.Database.NoteAppended([.. app.Database.Noted]);
        var appended = (await app.Operations.FindAsync(operation.Id))!;

        (committed.Status, committed.Records.Count).ShouldBe((OperationState.Processing, 0));
        (appended.Status, appended.Token!.Value.Position).ShouldBe((OperationState.Completed, 1));
    }

    [Fact]
    public async Task AHandlerThatThrowsWritesNothingAndIsTriedAgainLater()
    {
        await using var app = OperationsApp.Start(async (run, app, ct) =>
        {
            if (run.Attempt > 1)
            {
                await OperationsApp.RebuildAsync(run, app, ct);
                return;
            }
            using var transaction = await app.Database.BeginAsync();
            transaction.Write(() => app.App.Source["a"] = new Value(99));
            app.App.Freshet.Raise(new ThingChanged("a"));
            await run.CompleteAsync(transaction, new Done(99), ct);
            throw new TimeoutException("the commit never came");
        });
        var operation = await app.AcceptAsync();
        await app.PollAsync();
        await app.App.LogLines.WaitForAsync("tried again in 2000 ms");

        app.App.Source["a"].Number.ShouldBe(0);
        app.App.Freshet.Log.Position.Position.ShouldBe(0);
        (await app.Operations.FindAsync(operation.Id))!.Status.ShouldBe(OperationState.Processing);
        for (var i = 0; i < 4; i++) await app.PollAsync(); // 2 seconds
        var completed = await app.WhenAsync(operation.Id, OperationState.Completed);

        completed.Attempts.ShouldBe(2);
        app.App.Source["a"].Number.ShouldBe(1);
    }

    [Fact]
    public async Task ItIsGivenUpAfterSoManyAttempts()
    {
        var attempts = 0;
        await using var app = OperationsApp.Start((_, _, _) =>
        {
            attempts++;
            throw new TimeoutException();
        }, options => (options.MaxAttempts, options.RetryDelay) = (3, TimeSpan.Zero));
        var operation = await app.AcceptAsync();
        await app.PollAsync();
        await app.App.LogLines.WaitForAsync("failed at attempt 1");
        await app.PollAsync();
        await app.App.LogLines.WaitForAsync("failed at attempt 2");
        await app.PollAsync();

        var failed = await app.WhenAsync(operation.Id, OperationState.Failed);
        await app.App.LogLines.WaitForAsync("was given up at attempt 3");

        attempts.ShouldBe(3);
        failed.Failure!.Code.ShouldBe("operation-failed");
        failed.Records.ShouldBeEmpty();
    }

    [Fact]
    public async Task WhatNoFurtherAttemptCanMendIsGivenUpAtOnceWithItsReason()
    {
        await using var app = OperationsApp.Start((_, _, _) => throw new OperationFailedException("card-declined", "The card was declined."));
        var operation = await app.AcceptAsync();
        await app.PollAsync();

        var failed = await app.WhenAsync(operation.Id, OperationState.Failed);

        failed.Failure.ShouldBe(new OperationFailure("card-declined", "The card was declined."));
        failed.Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task WhenAWorkerDiesItsLeaseRunsOutAndAnotherTakesOver()
    {
        await using var app = OperationsApp.Start(OperationsApp.RebuildAsync);
        await app.Time.WhenTimerSetAsync(app.Options.PollInterval); // the living worker has found nothing
        var operation = await app.AcceptAsync();
        (await app.Store.TakeAsync(["thing-rebuild"], app.Options.LeaseDuration, default)).ShouldNotBeNull(); // by one that dies at once

        await app.PollAsync();
        await app.PollAsync();
        (await app.Operations.FindAsync(operation.Id))!.Status.ShouldBe(OperationState.Processing);
        await app.Time.WhenTimerSetAsync(app.Options.PollInterval);
        app.Time.Advance(app.Options.LeaseDuration);

        (await app.WhenAsync(operation.Id, OperationState.Completed)).Attempts.ShouldBe(2);
        app.App.Source["a"].Number.ShouldBe(1);
    }

    [Fact]
    public async Task ALivingWorkerKeepsItsLeaseForAsLongAsItWorks()
    {
        var gate = new Gate();
        await using var app = OperationsApp.Start(async (run, app, ct) =>
        {
            await gate.PassAsync(ct);
            await OperationsApp.RebuildAsync(run, app, ct);
        });
        var operation = await app.AcceptAsync();
        await app.PollAsync();
        await gate.Reached;
        for (var i = 1; i <= 6; i++)
        {
            await app.Time.WhenTimerSetAsync(app.Options.LeaseDuration / 3);
            app.Time.Advance(app.Options.LeaseDuration / 3);
            var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
            while (app.Store.Renewals < i && !watchdog.IsCompleted) await Task.Yield();
            (await app.Store.TakeAsync(["thing-rebuild"], app.Options.LeaseDuration, default)).ShouldBeNull();
        }
        gate.Open();

        (await app.WhenAsync(operation.Id, OperationState.Completed)).Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task AWorkerThatWasOvertakenIsToldAndWhatItDidIsRolledBack()
    {
        var gate = new Gate();
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = OperationsApp.Start(async (run, app, ct) =>
        {
            using var told = ct.Register(cancelled.SetResult);
            await gate.PassAsync(default);
            await OperationsApp.RebuildAsync(run, app, default); // it does not look at its token
        });
        var operation = await app.AcceptAsync();
        await app.PollAsync();
        await gate.Reached;
        await app.Time.WhenTimerSetAsync(app.Options.LeaseDuration / 3);
        app.Store.Failure = new TimeoutException("away"); // it cannot renew
        app.Time.Advance(app.Options.LeaseDuration / 3);
        await app.App.LogLines.WaitForAsync("could not be renewed");
        app.Store.Failure = null;
        await app.Time.WhenTimerSetAsync(app.Options.LeaseDuration / 3);
        TakenOperation? other = null;
        app.Time.OnAdvanced = _ => other ??= app.Store.TakeAsync(["thing-rebuild"], app.Options.LeaseDuration, default).Result;
        app.Time.Advance(app.Options.LeaseDuration); // another one takes it before the first is awake
        other.ShouldNotBeNull();
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        gate.Open();
        await app.App.LogLines.WaitForAsync("was taken over by another worker");

        app.App.Source["a"].Number.ShouldBe(0);
        app.App.Freshet.Log.Position.Position.ShouldBe(0);
        (await app.Store.FailAsync(other.Held, new OperationFailure("x", "X."), default)).ShouldBeTrue(); // it is the other one's
    }

    [Fact]
    public async Task AHandlerThatSaysItIsDoneAndDoesNotCommitIsTriedAgain()
    {
        await using var app = OperationsApp.Start(async (run, app, ct) =>
        {
            if (run.Attempt > 1)
            {
                await OperationsApp.RebuildAsync(run, app, ct);
                return;
            }
            using var transaction = await app.Database.BeginAsync();
            app.App.Freshet.Raise(new ThingChanged("a"));
            await run.CompleteAsync(transaction, new Done(99), ct);
        }, options => options.RetryDelay = TimeSpan.Zero);
        var operation = await app.AcceptAsync();
        await app.PollAsync();
        await app.App.LogLines.WaitForAsync("its transaction was not committed");
        await app.PollAsync();

        var completed = await app.WhenAsync(operation.Id, OperationState.Completed);

        completed.Attempts.ShouldBe(2);
        (await app.RecordsAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task AHandlerThatThrowsAfterItsCommitHasCompletedIt()
    {
        await using var app = OperationsApp.Start(async (run, app, ct) =>
        {
            await OperationsApp.RebuildAsync(run, app, ct);
            throw new OperationFailedException("mail", "The mail server went away.");
        });
        var operation = await app.AcceptAsync();
        await app.PollAsync();

        var completed = await app.WhenAsync(operation.Id, OperationState.Completed);
        await app.App.LogLines.WaitForAsync("threw after its commit");

        completed.Attempts.ShouldBe(1);
        (await app.RecordsAsync()).ShouldHaveSingleItem().IsUncertain.ShouldBeFalse();
    }

    [Fact]
    public async Task AHandlerThatOnlyRaisesIsCompletedWithoutAResult()
    {
        await using var app = OperationsApp.Start((_, app, _) =>
        {
            app.App.Freshet.Raise(new ThingChanged("a"));
            return Task.CompletedTask;
        });
        var operation = await app.AcceptAsync();
        await app.PollAsync();

        var completed = await app.WhenAsync(operation.Id, OperationState.Completed);

        completed.Result.ShouldBeNull();
        completed.Records.ShouldHaveSingleItem().Event.ShouldBe("thing.changed");
        completed.Token.ShouldNotBeNull();
    }

    [Fact]
    public async Task WhenTheProcessEndsWhatItHadBegunIsDueAtOnceAndTheAttemptDoesNotCount()
    {
        var gate = new Gate();
        await using var app = OperationsApp.Start((_, _, ct) => gate.PassAsync(ct));
        var operation = await app.AcceptAsync();
        await app.PollAsync();
        await gate.Reached;

        await app.StopAsync();

        var again = await app.Store.TakeAsync(["thing-rebuild"], app.Options.LeaseDuration, default);
        again.ShouldNotBeNull().Held.Id.ShouldBe(operation.Id);
        again.Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task OneThatKillsItsWorkerEachTimeIsGivenUpWithoutRunningOnceMore()
    {
        var runs = 0;
        await using var app = OperationsApp.Start((_, _, _) => Task.FromResult(runs++), options => options.MaxAttempts = 2);
        await app.Time.WhenTimerSetAsync(app.Options.PollInterval);
        var operation = await app.AcceptAsync();
        for (var i = 0; i < 2; i++)
        {
            (await app.Store.TakeAsync(["thing-rebuild"], TimeSpan.Zero, default)).ShouldNotBeNull();
        }
        await app.PollAsync();

        (await app.WhenAsync(operation.Id, OperationState.Failed)).Failure!.Code.ShouldBe("operation-failed");
        runs.ShouldBe(0);
    }

    [Fact]
    public async Task NoMoreRunAtOnceThanAllowed()
    {
        var gate = new Gate();
        var (running, most) = (0, 0);
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = OperationsApp.Start(async (run, app, ct) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            if (most == 2) both.TrySetResult();
            await gate.PassAsync(ct);
            Interlocked.Decrement(ref running);
            await OperationsApp.RebuildAsync(run, app, ct);
        }, options => options.MaxConcurrent = 2);
        var accepted = new[] { await app.AcceptAsync("a"), await app.AcceptAsync("b"), await app.AcceptAsync("c") };
        await app.PollAsync();
        await both.Task.WaitAsync(TimeSpan.FromSeconds(30));
        (await app.Operations.FindAsync(accepted[2].Id))!.Status.ShouldBe(OperationState.Accepted);
        gate.Open();

        foreach (var operation in accepted) await app.WhenAsync(operation.Id, OperationState.Completed);
        most.ShouldBe(2);
    }

    [Fact]
    public async Task WhileTheDatabaseIsAwayItIsAskedMoreSeldomAndThatIsSaidOnce()
    {
        await using var app = OperationsApp.Start(OperationsApp.RebuildAsync);
        var operation = await app.AcceptAsync();
        app.Store.Failure = new TimeoutException("away");
        await app.PollAsync();
        await app.PollAsync();
        await app.PollAsync(TimeSpan.FromSeconds(1));
        await app.Time.WhenTimerSetAsync(TimeSpan.FromSeconds(2));
        app.Store.Failure = null;
        app.Time.Advance(TimeSpan.FromSeconds(2));

        await app.WhenAsync(operation.Id, OperationState.Completed);
        await app.App.LogLines.WaitForAsync("answers again");
        app.App.LogLines.Lines.Count(line => line.Text.Contains("could not be asked for operations")).ShouldBe(1);
        app.App.LogLines.Lines.Count(line => line.Text.Contains("answers again")).ShouldBe(1);
    }

    [Fact]
    public async Task WhatWasFinishedLongAgoIsForgotten()
    {
        await using var app = OperationsApp.Start(OperationsApp.RebuildAsync);
        var operation = await app.AcceptAsync();
        await app.PollAsync();
        await app.WhenAsync(operation.Id, OperationState.Completed);
        await app.Time.WhenTimerSetAsync(app.Options.PollInterval);

        app.Time.Advance(app.Options.Retention + TimeSpan.FromSeconds(1));

        var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
        while (await app.Operations.FindAsync(operation.Id) is not null && !watchdog.IsCompleted) await Task.Yield();
        (await app.Operations.FindAsync(operation.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task ThatIsLookedForSeldomAndThenToTheEnd()
    {
        await using var app = OperationsApp.Start(OperationsApp.RebuildAsync);
        await app.Time.WhenTimerSetAsync(app.Options.PollInterval);
        using (var transaction = await app.Database.BeginAsync())
        {
            for (var i = 0; i < 1_001; i++) await app.Store.InsertAsync(transaction, new NewOperation(RecordId.Next(), "others", null, "7", null), default);
            transaction.Commit();
        }
        while (await app.Store.TakeAsync(["others"], app.Options.LeaseDuration, default) is { } taken) await app.Store.FailAsync(taken.Held, new OperationFailure("x", "X."), default);
        await app.PollAsync();
        await app.Time.WhenTimerSetAsync(app.Options.PollInterval);
        app.Store.Prunings.ShouldBe([0], "at the start");

        app.Time.Advance(app.Options.Retention + TimeSpan.FromSeconds(1));
        await app.Time.WhenTimerSetAsync(app.Options.PollInterval);

        app.Store.Prunings.ShouldBe([0, 1_000, 1]);
    }

    [Fact]
    public async Task AnInputThatNoLongerFitsFailsTheOperationAndNotTheWorker()
    {
        await using var app = OperationsApp.Start(OperationsApp.RebuildAsync, options => options.MaxAttempts = 1);
        using (var transaction = await app.Database.BeginAsync())
        {
            await app.Store.InsertAsync(transaction, new NewOperation(RecordId.Next(), "thing-rebuild", null, "7", null), default);
            transaction.Commit();
        }
        var operation = await app.AcceptAsync();
        await app.PollAsync();

        await app.WhenAsync(operation.Id, OperationState.Completed);
        await app.App.LogLines.WaitForAsync("was given up at attempt 1"); // the two are run side by side
    }
}
