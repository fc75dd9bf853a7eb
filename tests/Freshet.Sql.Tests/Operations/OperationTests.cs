using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Sql.Tests.Operations;

public sealed class PostgresOperationTests : OperationTests<PostgresTestDatabase>
{
    [Fact]
    public async Task WorkersAtOnceTakeEachOperationOnce()
    {
        var app = StartWorkless();
        for (var i = 0; i < 40; i++) await AcceptAsync(app, $"t{i}");
        var store = StoreOf(app);

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var mine = new List<Guid>();
            // None at once is not the end: somebody else may have been at the only one that was free.
            for (var misses = 0; misses < 20;)
            {
                if (await store.TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default) is { } one) mine.Add(one.Held.Id);
                else misses++;
            }
            return mine;
        })));

        taken.SelectMany(mine => mine).Count().ShouldBe(40);
        taken.SelectMany(mine => mine).Distinct().Count().ShouldBe(40);
    }

    [Fact]
    public async Task OneThatIsBeingCompletedIsPassedOverThoughItsLeaseHasRunOut()
    {
        var app = StartWorkless();
        await AcceptAsync(app, "a");
        var first = (await StoreOf(app).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default))!;
        var second = await AcceptAsync(app, "b");
        await Database.ExecuteAsync("UPDATE freshet_operations SET due_at = accepted_at - interval '1 hour' WHERE id = @id", new { id = first.Held.Id });
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var action = app.Freshet.BeginJob("thing-rebuild");
        (await StoreOf(app).CompleteAsync(transaction, first.Held, null, action, default)).ShouldBeTrue(); // and not committed yet

        var taken = await StoreOf(app).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default).WaitAsync(TimeSpan.FromSeconds(10));
        await transaction.CommitAsync();

        taken.ShouldNotBeNull().Held.Id.ShouldBe(second);
    }
}

public sealed class SqliteOperationTests : OperationTests<SqliteTestDatabase>;

/// <summary>Operations in a real database: one transaction holds the write, its events and the completion.</summary>
public abstract class OperationTests<TDatabase> : OperationTest<TDatabase> where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task S22_AnOperationIsAcceptedThenProcessingThenCompletedWithItsEvents()
    {
        var gate = new Gate();
        var app = StartWorker(async (run, ct) =>
        {
            await gate.PassAsync(ct);
            await RebuildAsync(run, ct);
        });
        var operation = await AcceptAsync(app, "a");
        var accepted = await FindAsync(app, operation);
        await PollAsync(app);
        await gate.Reached;
        var processing = await FindAsync(app, operation);
        gate.Open();
        var completed = await WhenAsync(app, operation, OperationState.Completed);

        (accepted.Status, accepted.Kind, accepted.Owner, accepted.Attempts).ShouldBe((OperationState.Accepted, "thing-rebuild", "ada", 0));
        (processing.Status, processing.Attempts, processing.Records.Count, processing.Result).ShouldBe((OperationState.Processing, 1, 0, null));
        completed.Result.ShouldBe("""{"number":1,"note":"it's \"done\""}""".Replace("'", "\\u0027", StringComparison.Ordinal).Replace("\\\"", "\\u0022", StringComparison.Ordinal));
        var record = completed.Records.ShouldHaveSingleItem();
        (record.Event, record.Data, record.Tags.Single().Text).ShouldBe(("thing.changed", """{"id":"a"}""", "thing:a"));
        completed.Token.ShouldBe(new ConsistencyToken(app.Freshet.Log.Position.Epoch, 1));
        completed.AcceptedAt.ShouldBeLessThanOrEqualTo(completed.ChangedAt);
        completed.Failure.ShouldBeNull();
        (await RecordsAsync(app)).Select(TagOf).ShouldBe(["thing:a"]);
        (await NumberAsync("a")).ShouldBe(1);
    }

    [Fact]
    public async Task WhatIsRolledBackWasNeverAccepted()
    {
        var app = StartWorkless();
        Guid id;
        await using (var connection = await Database.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            id = (await app.Services.GetRequiredService<IOperations>().AcceptAsync(transaction, Rebuild, new Order("a"))).Id;
            await transaction.RollbackAsync();
        }

        (await app.Services.GetRequiredService<IOperations>().FindAsync(id)).ShouldBeNull();
    }

    [Fact]
    public async Task ACommittedOperationIsNotCompletedBeforeTheLogHasItsRecords()
    {
        var app = StartWorkless(options => options.Grace = TimeSpan.FromMinutes(1)); // no relay comes to help
        var operation = await AcceptAsync(app, "a");
        var taken = (await StoreOf(app).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default))!;
        var action = app.Freshet.BeginJob("thing-rebuild");
        app.Freshet.Raise(new ThingChanged("a"));
        app.Freshet.Raise(new ThingChanged("b"));
        (await StoreOf(app).CompleteAsync(null, taken.Held, "7", action, default)).ShouldBeTrue();

        var committed = await FindAsync(app, operation);
        await action.CompleteAsync();
        var completed = await WhenAsync(app, operation, OperationState.Completed);

        (committed.Status, committed.Result, committed.Records.Count, committed.Token).ShouldBe((OperationState.Processing, null, 0, null));
        (completed.Result, completed.Token!.Value.Position).ShouldBe(("7", 2));
        completed.Records.Select(record => record.Tags.Single().Text).ShouldBe(["thing:a", "thing:b"]);
        await Database.ExecuteAsync("UPDATE freshet_outbox SET position = 3 - position");
        (await FindAsync(app, operation)).Token!.Value.Position.ShouldBe(2, "the highest, whichever is found last");
    }

    [Fact]
    public async Task OnceTheOutboxHasForgottenItsRowsACompletedOneKeepsItsEventsAndLosesItsToken()
    {
        var app = StartWorker(RebuildAsync);
        var operation = await AcceptAsync(app, "a");
        await PollAsync(app);
        await WhenAsync(app, operation, OperationState.Completed);

        await Database.ExecuteAsync("DELETE FROM freshet_outbox");

        var completed = await FindAsync(app, operation);
        (completed.Status, completed.Records.Count, completed.Token).ShouldBe((OperationState.Completed, 1, null));
    }

    [Fact]
    public async Task ARowThatIsSetAsideIsNotWaitedFor()
    {
        var app = StartWorkless(options => options.Grace = TimeSpan.FromMinutes(1));
        var operation = await AcceptAsync(app, "a");
        var taken = (await StoreOf(app).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default))!;
        await using var action = app.Freshet.BeginJob("thing-rebuild");
        foreach (var thing in (string[])["a", "b"]) app.Freshet.Raise(new ThingChanged(thing));
        await StoreOf(app).CompleteAsync(null, taken.Held, null, action, default);

        await Database.ExecuteAsync("UPDATE freshet_outbox SET set_aside_at = created_at");
        await Database.ExecuteAsync("UPDATE freshet_outbox SET epoch = 'a3bb189e-8bf9-3888-9912-ace4e6543002', position = 7, appended_at = created_at WHERE seq = 2");

        var found = await FindAsync(app, operation);
        (found.Status, found.Token!.Value.Position).ShouldBe((OperationState.Completed, 7));
    }

    [Fact]
    public async Task WhatAnEarlierTransactionOfTheAttemptRolledBackIsNoEventOfTheOperation()
    {
        var app = StartWorker(async (run, ct) =>
        {
            await using (var connection = await Database.OpenAsync())
            {
                await using var first = await connection.BeginTransactionAsync(ct);
                run.Freshet.Raise(new ThingChanged("never"));
                await run.Freshet.SaveOutboxAsync(first, ct);
                await first.RollbackAsync(ct);
            }
            await RebuildAsync(run, ct);
        });
        var operation = await AcceptAsync(app, "a");
        await PollAsync(app);

        var completed = await WhenAsync(app, operation, OperationState.Completed);

        completed.Records.ShouldHaveSingleItem().Tags.Single().Text.ShouldBe("thing:a");
        (await RecordsAsync(app)).Select(TagOf).ShouldBe(["thing:a"]);
    }

    [Fact]
    public async Task AWorkerThatWasOvertakenCommitsNothing()
    {
        var app = StartWorkless();
        var operation = await AcceptAsync(app, "a");
        var first = (await StoreOf(app).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default))!;
        await Database.ExecuteAsync("UPDATE freshet_operations SET due_at = accepted_at"); // its lease has run out
        var second = (await StoreOf(app).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default))!;
        await using var action = app.Freshet.BeginJob("thing-rebuild");
        app.Freshet.Raise(new ThingChanged("a"));

        (await StoreOf(app).CompleteAsync(null, first.Held, null, action, default)).ShouldBeFalse();
        (await StoreOf(app).RenewAsync(first.Held, TimeSpan.FromMinutes(1), default)).ShouldBeFalse();
        (await StoreOf(app).RetryAsync(first.Held, TimeSpan.Zero, counts: true, default)).ShouldBeFalse();
        (await StoreOf(app).FailAsync(first.Held, new OperationFailure("x", "X."), default)).ShouldBeFalse();
        await action.DisposeAsync();

        (second.Held.Id, second.Attempt, second.Held.Lease == first.Held.Lease).ShouldBe((operation, 2, false));
        (await Database.CountAsync(), app.Freshet.Log.Position.Position).ShouldBe((0, 0));
        (await StoreOf(app).FailAsync(second.Held, new OperationFailure("card-declined", "The card was declined."), default)).ShouldBeTrue();
        var failed = await FindAsync(app, operation);
        (failed.Status, failed.Failure).ShouldBe((OperationState.Failed, new OperationFailure("card-declined", "The card was declined.")));
        (await StoreOf(app).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default)).ShouldBeNull();
    }

    [Fact]
    public async Task AHeldOneIsNotTakenAndOneThatIsTriedAgainIsWhenItIsDue()
    {
        var app = StartWorkless();
        await AcceptAsync(app, "a");
        (await StoreOf(app).TakeAsync(["another-kind"], TimeSpan.FromMinutes(1), default)).ShouldBeNull();
        var held = (await StoreOf(app).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default))!;
        (await StoreOf(app).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default)).ShouldBeNull();

        (await StoreOf(app).RetryAsync(held.Held, TimeSpan.FromMinutes(1), counts: true, default)).ShouldBeTrue();
        (await StoreOf(app).RenewAsync(held.Held, TimeSpan.Zero, default)).ShouldBeFalse("it was given back");
        (await StoreOf(app).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default)).ShouldBeNull();
        await Database.ExecuteAsync("UPDATE freshet_operations SET due_at = accepted_at");

        (await StoreOf(app).TakeAsync(["another-kind", Rebuild.Name], TimeSpan.FromMinutes(1), default))!.Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task AnAttemptThatDoesNotCountIsTakenBack()
    {
        var app = StartWorkless();
        await AcceptAsync(app, "a");
        var held = (await StoreOf(app).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default))!;

        await StoreOf(app).RetryAsync(held.Held, TimeSpan.Zero, counts: false, default);

        (await StoreOf(app).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default))!.Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task FinishedOnesAreForgottenAfterAWhileAndOpenOnesNever()
    {
        var app = StartWorker(RebuildAsync);
        var finished = await AcceptAsync(app, "a");
        await PollAsync(app);
        await WhenAsync(app, finished, OperationState.Completed);
        var open = await AcceptAsync(app, "b");

        (await StoreOf(app).PruneAsync(TimeSpan.FromHours(1), 10, default)).ShouldBe(0);
        (await StoreOf(app).PruneAsync(-TimeSpan.FromHours(1), 10, default)).ShouldBeGreaterThan(0);

        (await app.Services.GetRequiredService<IOperations>().FindAsync(finished)).ShouldBeNull();
        (await app.Services.GetRequiredService<IOperations>().FindAsync(open)).ShouldNotBeNull();
    }

    [Fact]
    public async Task AnotherKeyspaceInTheSameDatabaseSeesNoneOfThem()
    {
        var app = StartWorkless();
        var operation = await AcceptAsync(app, "a");
        var other = StartWorkless(more: freshet => freshet.Configure(options => options.Keyspace = "other"));

        (await other.Services.GetRequiredService<IOperations>().FindAsync(operation)).ShouldBeNull();
        (await StoreOf(other).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default)).ShouldBeNull();
        await FinishAsync(app);
        (await StoreOf(other).PruneAsync(TimeSpan.FromHours(-1), 10, default)).ShouldBe(0);
    }

    /// <summary>What a handler of these tests gets: the run, and the application's Freshet.</summary>
    protected sealed record Work(OperationRun<Order, Done> Run, IFreshet Freshet);

    private TestApp StartWorker(Func<Work, CancellationToken, Task> work) => Start(more: freshet => freshet
        .RunOperation(Rebuild, (IFreshet application, OperationRun<Order, Done> run, CancellationToken ct) => work(new Work(run, application), ct)));

    private async Task RebuildAsync(Work work, CancellationToken ct)
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await TestDatabase.WriteAsync(transaction, work.Run.Input.ThingId, 1);
        work.Freshet.Raise(new ThingChanged(work.Run.Input.ThingId));
        await work.Run.CompleteAsync(transaction, new Done(1, "it's \"done\""), ct);
        await transaction.CommitAsync(ct);
    }

    private static async Task<Operation> FindAsync(TestApp app, Guid id) => (await app.Services.GetRequiredService<IOperations>().FindAsync(id)).ShouldNotBeNull();

    private async Task<int> NumberAsync(string thing) => Convert.ToInt32(await Database.ReadAsync<object>("SELECT number FROM things WHERE id = @thing", new { thing }), CultureInfo.InvariantCulture);

    private static async Task PollAsync(TestApp app)
    {
        await app.Time.WhenTimerSetAsync(TimeSpan.FromMilliseconds(500));
        app.Time.Advance(TimeSpan.FromMilliseconds(500));
    }

    private static async Task<Operation> WhenAsync(TestApp app, Guid id, OperationState status)
    {
        var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (await app.Services.GetRequiredService<IOperations>().FindAsync(id) is { } operation && operation.Status == status) return operation;
            if (watchdog.IsCompleted) throw new TimeoutException($"The operation never became {status}.");
            await Task.Delay(10); // the database answers on its own time,
            app.Time.Advance(TimeSpan.FromMilliseconds(10)); // and where the log has the records is noted after a moment
        }
    }
}
