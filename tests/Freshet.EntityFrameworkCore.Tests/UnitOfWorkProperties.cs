using FsCheck.Fluent;
using Microsoft.EntityFrameworkCore.Storage;

namespace Freshet.EntityFrameworkCore.Tests;

/// <summary>Random units of work: in the end the log tells of exactly the invoices that the database has.</summary>
public sealed class UnitOfWorkProperties
{
    private static int _runs;

    /// <summary>One thing that happens in an action. Each write adds an invoice and raises its event.</summary>
    public enum Step
    {
        RaiseAndSave,
        SaveAndRaise,
        RaiseAndSaveSynchronously,
        RaiseAndExecute,
        ExecuteAndRaise,
        SaveTwiceBecauseTheFirstFails,
        RaiseAndSaveInAnotherContext,
        Begin,
        Commit,
        RollBack,
        Dispose,
        Savepoint,
        RollBackToSavepoint,
        Flush,
        NextContext,
    }

    [Fact]
    public async Task WhatIsSentIsWhatWasCommitted()
    {
        await using var app = await DeskApp.StartAsync(new DeskChoices { Pooled = true });
        Property.HoldsForAnySequence(
            Gen.Elements(Enum.GetValues<Step>()), steps => RunAsync(app, steps).GetAwaiter().GetResult(), runs: 120, size: 40);
    }

    /// <summary>A unit of work under an execution strategy: how many writes it makes, where the connection is cut the first time, and how it ends.</summary>
    public sealed record Unit(int Writes, int? CutAfter, bool RaisesOutside, bool RaisesLate, bool Commits);

    [Fact]
    public async Task WhatIsTriedAgainIsSentOnce()
    {
        await using var app = await DeskApp.StartAsync(new DeskChoices { Npgsql = npgsql => npgsql.EnableRetryOnFailure(3, TimeSpan.FromMilliseconds(1), null) });
        var units =
            from writes in Gen.Choose(1, 3)
            from cut in Gen.OneOf(Gen.Constant((int?)null), Gen.Choose(0, writes).Select(after => (int?)after))
            from outside in Gen.Elements(true, false)
            from late in Gen.Elements(true, false)
            from commits in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false)))
            // What is raised outside of a unit that is given up goes with the next one: it might be the same, tried again.
            select new Unit(writes, cut, outside && commits, late, commits);
        Property.HoldsForAnySequence(units, sequence => RunAsync(app, sequence).GetAwaiter().GetResult(), runs: 40, size: 6);
    }

    private static async Task RunAsync(DeskApp app, IReadOnlyList<Step> steps)
    {
        var run = $"run{Interlocked.Increment(ref _runs)}";
        await using (var action = app.Freshet.BeginUserAction("random"))
        {
            var session = new Session(app, run);
            foreach (var step in steps) await session.DoAsync(step, action);
            await session.DisposeAsync();
            await action.CompleteAsync();
            action.IsPending.ShouldBeFalse();
        }
        await ShouldAgreeAsync(app, run);
    }

    private static async Task RunAsync(DeskApp app, IReadOnlyList<Unit> units)
    {
        var run = $"run{Interlocked.Increment(ref _runs)}";
        await using (var action = app.Freshet.BeginUserAction("random"))
        {
            for (var number = 0; number < units.Count; number++)
            {
                await using var lease = app.Lease();
                await RunAsync(app, lease.Context, units[number], $"{run}-{number}");
            }
            await action.CompleteAsync();
        }
        await ShouldAgreeAsync(app, run);
    }

    private static async Task RunAsync(DeskApp app, Desk context, Unit unit, string name)
    {
        var attempt = 0;
        var ids = Enumerable.Range(0, unit.Writes).Select(write => $"{name}-{write}").ToList();
        if (unit.RaisesOutside) ids.ForEach(app.Raise);
        await context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            attempt++;
            context.ChangeTracker.Clear();
            await using var transaction = await context.Database.BeginTransactionAsync();
            for (var write = 0; write <= unit.Writes; write++)
            {
                if (attempt == 1 && unit.CutAfter == write) await app.CutAsync(context);
                if (write == unit.Writes) break;
                if (!unit.RaisesOutside && !unit.RaisesLate) app.Raise(ids[write]);
                context.Invoices.Add(new Invoice { Id = ids[write] });
                await context.SaveChangesAsync();
                if (!unit.RaisesOutside && unit.RaisesLate) app.Raise(ids[write]);
            }
            if (unit.Commits) await transaction.CommitAsync();
        });
    }

    private static async Task ShouldAgreeAsync(DeskApp app, string run)
    {
        var sent = (await app.SentAsync()).Where(IsOfRun).Order(StringComparer.Ordinal).ToList();
        sent.ShouldBe((await app.InvoicesAsync()).Where(IsOfRun).Order(StringComparer.Ordinal));
        sent.ShouldBe(sent.Distinct());

        bool IsOfRun(string id) => id.StartsWith(run + "-", StringComparison.Ordinal);
    }

    /// <summary>Does what makes sense at the moment, and passes over the rest.</summary>
    private sealed class Session(DeskApp app, string run) : IAsyncDisposable
    {
        private readonly Stack<string> _savepoints = new();
        private Leased<Desk> _lease = app.Lease();
        private IDbContextTransaction? _transaction;
        private int _writes;

        private Desk Context => _lease.Context;

        public async Task DoAsync(Step step, FreshetAction action)
        {
            var id = $"{run}-{_writes++:000}";
            switch (step)
            {
                case Step.RaiseAndSave:
                    app.Raise(id);
                    Context.Invoices.Add(new Invoice { Id = id });
                    await Context.SaveChangesAsync();
                    break;
                case Step.SaveAndRaise:
                    Context.Invoices.Add(new Invoice { Id = id });
                    await Context.SaveChangesAsync();
                    app.Raise(id);
                    break;
                case Step.RaiseAndSaveSynchronously:
                    app.Raise(id);
                    Context.Invoices.Add(new Invoice { Id = id });
#pragma warning disable CA1849 // On purpose.
                    Context.SaveChanges();
#pragma warning restore CA1849
                    break;
                case Step.RaiseAndExecute:
                    app.Raise(id);
                    await InsertAsync(id);
                    break;
                case Step.ExecuteAndRaise:
                    await InsertAsync(id);
                    app.Raise(id);
                    break;
                case Step.SaveTwiceBecauseTheFirstFails:
                    app.Raise(id);
                    var wrong = Context.Invoices.Add(new Invoice { Id = "inv_0" });
                    await Should.ThrowAsync<DbUpdateException>(() => Context.SaveChangesAsync());
                    wrong.State = EntityState.Detached;
                    Context.Invoices.Add(new Invoice { Id = id });
                    await Context.SaveChangesAsync();
                    break;
                case Step.RaiseAndSaveInAnotherContext when _transaction is null:
                    await using (var ledger = app.Lease<Ledger>())
                    {
                        app.Raise(id);
                        await ledger.Context.Database.ExecuteSqlAsync($"""INSERT INTO "Invoices" VALUES ({id}, 0)""");
                    }
                    break;
                case Step.Begin when _transaction is null:
                    _transaction = await Context.Database.BeginTransactionAsync();
                    break;
                case Step.Commit when _transaction is not null:
                    await _transaction.CommitAsync();
                    await EndAsync();
                    break;
                case Step.RollBack when _transaction is not null:
                    await _transaction.RollbackAsync();
                    await EndAsync();
                    break;
                case Step.Dispose when _transaction is not null:
                    await EndAsync();
                    break;
                case Step.Savepoint when _transaction is not null:
                    _savepoints.Push(id);
                    await _transaction.CreateSavepointAsync(id);
                    break;
                case Step.RollBackToSavepoint when _savepoints.Count > 0:
                    // Sometimes over several at once.
                    while (_savepoints.Count > 1 && _writes % 2 == 0) _savepoints.Pop();
                    await _transaction!.RollbackToSavepointAsync(_savepoints.Peek());
                    break;
                case Step.Flush:
                    await action.FlushAsync();
                    break;
                case Step.NextContext:
                    // What the context has open is rolled back with it.
                    (_transaction, _lease) = (null, await NextAsync());
                    break;
            }
            Context.ChangeTracker.Clear();
        }

        public async ValueTask DisposeAsync() => await _lease.DisposeAsync();

        private Task<int> InsertAsync(string id) => Context.Database.ExecuteSqlAsync($"""INSERT INTO "Invoices" VALUES ({id}, 0)""");

        private async Task EndAsync()
        {
            await _transaction!.DisposeAsync();
            _transaction = null;
            _savepoints.Clear();
        }

        private async Task<Leased<Desk>> NextAsync()
        {
            _savepoints.Clear();
            await _lease.DisposeAsync();
            return app.Lease();
        }
    }
}
