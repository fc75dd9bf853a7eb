using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Freshet.EntityFrameworkCore;

/// <summary><c>ExecuteUpdate</c>, <c>ExecuteDelete</c> and <c>ExecuteSql</c>: saves what is raised in their transaction, and gives them one where they have none.</summary>
internal sealed class CommandInterceptor(OutboxSaver saver) : DbCommandInterceptor
{
    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result) =>
        ExecuteAsync(command, eventData, result, isAsync: false, CancellationToken.None).GetAwaiter().GetResult();

    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        await ExecuteAsync(command, eventData, result, isAsync: true, cancellationToken).ConfigureAwait(false);

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        NoteQuery(eventData);
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        NoteQuery(eventData);
        return new ValueTask<InterceptionResult<DbDataReader>>(result);
    }

    // A query in the application's own SQL may write: UPDATE ... RETURNING.
    private void NoteQuery(CommandEventData eventData)
    {
        if (eventData is { CommandSource: CommandSource.FromSqlQuery, Context: { } context } && saver.Action is { } action && saver.PlaceOf(context) is null) action.NoteWrite();
    }

    private static bool Writes(CommandSource source) =>
        source is CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete or CommandSource.ExecuteSqlRaw;

    private Task<InterceptionResult<int>> ExecuteAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, bool isAsync, CancellationToken cancellationToken) =>
        !result.HasResult && Writes(eventData.CommandSource) && eventData.Context is { } context && saver.Action is { } action
            ? SaveAndExecuteAsync(command, context, action, result, isAsync, cancellationToken)
            : Task.FromResult(result);

    private async Task<InterceptionResult<int>> SaveAndExecuteAsync(
        DbCommand command, DbContext context, FreshetAction action, InterceptionResult<int> result, bool isAsync, CancellationToken cancellationToken)
    {
        if (saver.PlaceOf(context) is { } place)
        {
            await saver.SaveAsync(place, isAsync, cancellationToken).ConfigureAwait(false);
            return result;
        }
        if (action.HasToSave)
            return InterceptionResult<int>.SuppressWithResult(await ExecuteInTransactionAsync(command, isAsync, cancellationToken).ConfigureAwait(false));
        // With nothing to save, the statement is left alone: some cannot run in a transaction at all.
        action.NoteWrite();
        return result;
    }

    private async Task<int> ExecuteInTransactionAsync(DbCommand command, bool isAsync, CancellationToken cancellationToken)
    {
        var connection = command.Connection!;
        var transaction = isAsync ? await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false) : connection.BeginTransaction();
        var (unit, isCommitting) = (new CommandUnit(), false);
        saver.Enter(unit);
        try
        {
            command.Transaction = transaction;
            await saver.SaveAsync(new Place(unit, connection, transaction), isAsync, cancellationToken, isLast: true).ConfigureAwait(false);
            var affected = isAsync ? await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) : command.ExecuteNonQuery();
            isCommitting = true;
            if (isAsync) await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            else transaction.Commit();
            unit.Committed();
            return affected;
        }
        finally
        {
            if (unit.Fate == Fate.Open) unit.Failed(mayBeCommitted: isCommitting);
            command.Transaction = null;
            if (isAsync) await transaction.DisposeAsync().ConfigureAwait(false);
            else transaction.Dispose();
        }
    }
}
