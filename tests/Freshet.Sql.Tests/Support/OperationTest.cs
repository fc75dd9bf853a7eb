using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Sql.Tests;

public sealed record Order(string ThingId);

public sealed record Done(int Number, string Note);

/// <summary>A test of operations on one kind of database.</summary>
public abstract class OperationTest<TDatabase> : OutboxTest<TDatabase> where TDatabase : TestDatabase, new()
{
    protected static readonly OperationKind<Order, Done> Rebuild = new("thing-rebuild");

    protected TestApp StartWorkless(Action<SqlOutboxOptions>? configure = null, Action<FreshetBuilder>? more = null) => Start(configure, more);

    protected async Task<Guid> AcceptAsync(TestApp app, string thing)
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var operation = await app.Services.GetRequiredService<IOperations>().AcceptAsync(transaction, Rebuild, new Order(thing), "ada");
        await transaction.CommitAsync();
        return operation.Id;
    }

    internal static IOperationStore StoreOf(TestApp app) => app.Services.GetRequiredService<IOperationStore>();

    /// <summary>Takes the one that is due, and fails it.</summary>
    protected static async Task<Guid> FinishAsync(TestApp app)
    {
        var taken = (await StoreOf(app).TakeAsync([Rebuild.Name], TimeSpan.FromMinutes(1), default)).ShouldNotBeNull();
        (await StoreOf(app).FailAsync(taken.Held, new OperationFailure("x", "X."), default)).ShouldBeTrue();
        return taken.Held.Id;
    }
}
