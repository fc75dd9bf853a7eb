using System.Data.Common;
using System.Transactions;
using Freshet.Sql;
using Microsoft.EntityFrameworkCore;

namespace Freshet.EntityFrameworkCore;

/// <summary>Writes what actions raised into the outbox, in the transaction that a context is in.</summary>
internal sealed class OutboxSaver : IUnitOfWorkSource
{
    private readonly Lazy<IFreshet> _freshet; // late: a context may be used before the application is composed, by migrations
    private readonly Lazy<SqlOutbox> _outbox;
    private readonly UnitBook _units;
    private readonly AmbientUnits _ambient;

    public OutboxSaver(Func<IFreshet> freshet, Func<SqlOutbox> outbox, UnitBook units)
    {
        _freshet = new Lazy<IFreshet>(freshet);
        _outbox = new Lazy<SqlOutbox>(outbox);
        _units = units;
        _ambient = new AmbientUnits(SaveLast);
    }

    /// <summary>The action this flow is in.</summary>
    public FreshetAction? Action => Ambient.Current is null ? null : Ambient.ActionOf(_freshet.Value);

    /// <summary>The transaction of <c>System.Transactions</c> that surrounds this flow.</summary>
    public IUnitOfWork? Surrounding => Transaction.Current is { } current ? _ambient.Of(current) : null;

    /// <summary>Lets the actions of this flow know of a transaction: what they raise from now on shares its fate.</summary>
    public void Enter(Unit unit)
    {
        if (Ambient.Current is null) return;
        foreach (var action in Ambient.ActionsOf(_freshet.Value)) action.Enter(unit);
    }

    /// <summary>The transaction a context's next write goes into; null when it will have none.</summary>
    public Place? PlaceOf(DbContext context)
    {
        if (_units.Of(context) is { } unit) return new Place(unit, unit.Transaction.Connection!, unit.Transaction);
        return (context.Database.GetEnlistedTransaction() ?? Transaction.Current) is { } current && _ambient.Of(current) is { } ambient
            ? new Place(ambient, context.Database.GetDbConnection(), null, context)
            : null;
    }

    /// <summary>Writes what is raised and not saved yet.</summary>
    /// <param name="place">Where it goes.</param>
    /// <param name="isAsync">Whether the caller can wait without its thread.</param>
    /// <param name="cancellationToken">Ends it; then nothing of it is saved.</param>
    /// <param name="isLast">Whether the commit is next.</param>
    public async Task SaveAsync(Place place, bool isAsync, CancellationToken cancellationToken, bool isLast = false)
    {
        Enter(place.Unit);
        if (place.Opens is null)
        {
            await WriteAsync(place, isAsync, isLast, cancellationToken).ConfigureAwait(false);
            return;
        }
        var database = place.Opens.Database;
        if (isAsync) await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        else database.OpenConnection();
        try
        {
            (place.Unit as AmbientUnit)?.TakePart(place.Connection);
            await WriteAsync(place, isAsync, isLast, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (isAsync) await database.CloseConnectionAsync().ConfigureAwait(false);
            else database.CloseConnection();
        }
    }

    private void SaveLast(AmbientUnit unit, DbConnection connection) =>
        WriteAsync(new Place(unit, connection, null), isAsync: false, isLast: true, CancellationToken.None).GetAwaiter().GetResult();

    private async Task WriteAsync(Place place, bool isAsync, bool isLast, CancellationToken cancellationToken)
    {
        var own = Action;
        foreach (var action in place.Unit.Actions)
        {
            var taken = action.TakeToSave(_outbox.Value, place.Unit, withUnbound: ReferenceEquals(action, own));
            await WriteAsync(place, taken, action.HoldAsync, action.Unsave, isAsync, cancellationToken).ConfigureAwait(false);
        }
        await WriteAsync(place, new ToSave(place.Unit.TakeLeft(isLast), null), hold: null, place.Unit.PutBack, isAsync, cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteAsync(Place place, ToSave taken, Func<ValueTask<bool>>? hold, Action<ToSave> giveBack, bool isAsync, CancellationToken cancellationToken)
    {
        if (taken.IsEmpty) return;
        try
        {
            if (hold is not null && taken.Drafts.Count > 0) await HoldAsync(hold, isAsync).ConfigureAwait(false);
            await _outbox.Value.WriteAsync(new OpenTransaction(place.Connection, place.Transaction, isAsync), taken, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not DuplicateDeliveryException) // what is raised for a delivery that is worked off already goes with its transaction
        {
            giveBack(taken);
            throw;
        }
    }

    // Before the row, and so before the commit: a high query is never older than the last commit (R8).
    private static Task<bool> HoldAsync(Func<ValueTask<bool>> hold, bool isAsync)
    {
        var held = hold().AsTask();
        if (!isAsync) held.GetAwaiter().GetResult();
        return held;
    }
}
