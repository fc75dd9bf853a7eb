using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace Freshet.Sql;

/// <summary>The outbox in the application's own database.</summary>
internal sealed class SqlOutbox(OutboxDatabase database, SqlOutboxOptions options, string keyspace, TimeProvider time, ILogger<SqlOutbox> logger) : IOutbox, IAsyncDisposable, IDisposable
{
    private readonly LookUps _lookUps = new(database, options.LookUpTimeout, time);
    private readonly AppendedMarks _marks = new(database, time, logger);
    private volatile OutboxState _state = new(0, TimeSpan.Zero, 0, IsAway: false);

    public OutboxDatabase Database => database;

    public string Keyspace => keyspace;

    /// <summary>Where rows that were appended are noted.</summary>
    public AppendedMarks Marks => _marks;

    public OutboxState State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>Writes into the caller's transaction what an action has raised since it last did.</summary>
    /// <exception cref="DuplicateDeliveryException">Another request has committed the work of this delivery.</exception>
    public async ValueTask SaveAsync(FreshetAction action, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await action.HoldAsync().ConfigureAwait(false); // before the commit, and so before the row: a high query is never older than the last commit (R8)
        var work = action.TakeToSave(this, again: true);
        try
        {
            await WriteAsync(new OpenTransaction(transaction.Connection!, transaction), work, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not DuplicateDeliveryException) // what is raised for a delivery that is worked off already goes with its transaction
        {
            action.Unsave([.. work.Drafts.Select(draft => draft.Id)]);
            throw;
        }
    }

    /// <summary>Writes into the caller's transaction what an action has raised since it last did, and commits it.</summary>
    /// <exception cref="DuplicateDeliveryException">Another request has committed the work of this delivery.</exception>
    public async ValueTask CommitAsync(FreshetAction action, DbTransaction transaction, CancellationToken cancellationToken)
    {
        // It ends here whatever is thrown: so the database alone knows what became of it, and nobody commits it later without its rows.
        await using (transaction.ConfigureAwait(false))
        {
            await action.HoldAsync().ConfigureAwait(false);
            var work = action.TakeToSave(this, again: true);
            await ClaimAsync(new OpenTransaction(transaction.Connection!, transaction), work, cancellationToken).ConfigureAwait(false);
            if (work.Drafts.Count > 0) action.NoteCommitted(await database.SaveAndCommitAsync(transaction, keyspace, options.Grace, work, cancellationToken).ConfigureAwait(false));
            else await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes what was taken from an action.</summary>
    /// <exception cref="DuplicateDeliveryException">Another request has committed the work of this delivery.</exception>
    public async ValueTask WriteAsync(OpenTransaction within, ToSave work, CancellationToken cancellationToken)
    {
        await ClaimAsync(within, work, cancellationToken).ConfigureAwait(false);
        if (work.Drafts.Count > 0) await database.SaveAsync(within, keyspace, options.Grace, work, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<IReadOnlySet<Guid>> CommittedAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken) => _lookUps.CommittedAsync(ids, cancellationToken);

    public void NoteAppended(IReadOnlyList<LogRecord> records)
    {
        if (records.Count > 0) _marks.Add(records);
    }

    public async ValueTask<bool> IsClaimedAsync(DeliveryClaim claim, CancellationToken cancellationToken) =>
        await database.IsClaimedAsync(claim, cancellationToken).WaitAsync(options.LookUpTimeout, time, cancellationToken).ConfigureAwait(false);

    private async ValueTask ClaimAsync(OpenTransaction within, ToSave work, CancellationToken cancellationToken)
    {
        if (work.Claim is { } claim && !await database.TryClaimAsync(within, claim, cancellationToken).ConfigureAwait(false))
            throw new DuplicateDeliveryException(claim.Source, claim.Delivery);
    }

    public ValueTask DisposeAsync() => _marks.DisposeAsync();

    /// <summary>What is still to be marked, the relay of another process marks.</summary>
    public void Dispose()
    {
    }
}
