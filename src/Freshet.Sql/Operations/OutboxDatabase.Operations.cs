using System.Data.Common;
using System.Globalization;

namespace Freshet.Sql;

internal abstract partial class OutboxDatabase
{
    // Word for word as their index has it, so that finished ones, of which there may be many, are never looked through.
    private const string IsUnfinished = "status IN ('accepted', 'processing')";

    private const string Held = "id = @id AND lease = @lease AND status = 'processing'";

    public string OperationsTable => TableOf("freshet_operations");

    public async Task InsertOperationAsync(DbTransaction transaction, string keyspace, NewOperation operation, CancellationToken cancellationToken)
    {
        var command = In(transaction);
        await using (command.ConfigureAwait(false))
        {
            command.CommandText = $"INSERT INTO {OperationsTable} (id, keyspace, kind, owner, input, trace) VALUES (@id, @keyspace, @kind, @owner, {Json("@input")}, @trace)";
            AddId(command, "id", operation.Id);
            AddText(command, "keyspace", keyspace);
            AddText(command, "kind", operation.Kind);
            AddText(command, "owner", operation.Owner);
            AddText(command, "input", operation.Input);
            AddText(command, "trace", operation.TraceParent);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the operation that is due longest. Two workers at once take two, or one of them none.</summary>
    public Task<TakenOperation?> TakeOperationAsync(string keyspace, IReadOnlyCollection<string> kinds, TimeSpan lease, CancellationToken cancellationToken) => WithAsync(async command =>
    {
        var due = $"SELECT id FROM {OperationsTable} WHERE {IsUnfinished} AND due_at <= {Now} AND keyspace = @keyspace AND kind IN ({string.Join(", ", kinds.Select((_, i) => $"@kind{i}"))}) ORDER BY due_at LIMIT 1";
        AddText(command, "keyspace", keyspace);
        foreach (var (i, kind) in kinds.Index()) AddText(command, string.Create(CultureInfo.InvariantCulture, $"kind{i}"), kind);
        // Mostly there is none, and looking is cheap; an update that finds none would keep SQLite's writers waiting all the same.
        command.CommandText = due;
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is null) return null;

        var held = RecordId.Next();
        command.CommandText = $"UPDATE {OperationsTable} SET status = 'processing', attempts = attempts + 1, lease = @lease, due_at = {After(command, "for", lease)}, changed_at = {Now} WHERE id = ({due} {SkipLocked})";
        AddId(command, "lease", held);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);

        command.CommandText = $"SELECT id, kind, owner, input, attempts, trace FROM {OperationsTable} WHERE lease = @lease AND {IsUnfinished}";
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) return null; // somebody was quicker
            return new TakenOperation(new OperationLease(IdOf(reader.GetValue(0)), held), reader.GetString(1), TextOf(reader, 2), reader.GetString(3), reader.GetInt32(4), TextOf(reader, 5));
        }
    }, cancellationToken);

    public Task<bool> RenewOperationAsync(OperationLease held, TimeSpan lease, CancellationToken cancellationToken) =>
        ChangeOperationAsync(held, command => $"due_at = {After(command, "for", lease)}", cancellationToken);

    public Task<bool> RetryOperationAsync(OperationLease held, TimeSpan after, bool counts, CancellationToken cancellationToken) =>
        ChangeOperationAsync(held, command => $"lease = NULL, due_at = {After(command, "for", after)}, changed_at = {Now}{(counts ? "" : ", attempts = attempts - 1")}", cancellationToken);

    public Task<bool> FailOperationAsync(OperationLease held, OperationFailure failure, CancellationToken cancellationToken) => ChangeOperationAsync(held, command =>
    {
        AddText(command, "code", failure.Code);
        AddText(command, "reason", failure.Reason);
        return $"status = 'failed', failure_code = @code, failure_reason = @reason, changed_at = {Now}";
    }, cancellationToken);

    /// <summary>Completes one in the caller's transaction.</summary>
    /// <returns>False when it is no longer held.</returns>
    public async Task<bool> CompleteOperationAsync(DbTransaction transaction, OperationLease held, string? result, string records, CancellationToken cancellationToken)
    {
        var command = In(transaction);
        await using (command.ConfigureAwait(false))
        {
            command.CommandText = $"UPDATE {OperationsTable} SET status = 'completed', result = {Json("@result")}, records = {Json("@records")}, changed_at = {Now} WHERE {Held}";
            AddText(command, "result", result);
            AddText(command, "records", records);
            AddId(command, "id", held.Id);
            AddId(command, "lease", held.Lease);
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) > 0;
        }
    }

    public Task<Operation?> FindOperationAsync(string keyspace, Guid id, CancellationToken cancellationToken) => WithAsync(async command =>
    {
        command.CommandText = $"SELECT kind, owner, status, attempts, accepted_at, changed_at, result, failure_code, failure_reason, records FROM {OperationsTable} WHERE id = @id AND keyspace = @keyspace";
        AddId(command, "id", id);
        AddText(command, "keyspace", keyspace);
        Operation? found;
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false)) found = await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? ReadOperation(reader, id) : null;
        return found is { Records.Count: > 0 } ? await SettledAsync(command, found, cancellationToken).ConfigureAwait(false) : found;
    }, cancellationToken);

    public Task<int> PruneOperationsAsync(string keyspace, TimeSpan retention, int most, CancellationToken cancellationToken) => WithAsync(command =>
    {
        command.CommandText = $"DELETE FROM {OperationsTable} WHERE id IN (SELECT id FROM {OperationsTable} WHERE status IN ('completed', 'failed') AND keyspace = @keyspace AND changed_at < {After(command, "until", -retention)} LIMIT @most {SkipLocked})";
        AddText(command, "keyspace", keyspace);
        AddNumber(command, "most", most);
        return command.ExecuteNonQueryAsync(cancellationToken);
    }, cancellationToken);

    /// <summary>Whether the log has what a committed operation raised, and where. Until it has, it is not completed: who asks again would read without it.</summary>
    /// <remarks>A row that is gone was appended long ago, and one that is set aside never will be: neither is waited for.</remarks>
    private async Task<Operation> SettledAsync(DbCommand command, Operation committed, CancellationToken cancellationToken)
    {
        command.Parameters.Clear();
        command.CommandText = SelectById(command, "epoch, position, set_aside_at", [.. committed.Records.Select(record => record.Id)]);
        ConsistencyToken? last = null;
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (reader.IsDBNull(0))
                {
                    if (reader.IsDBNull(2)) return committed with { Status = OperationState.Processing, Result = null, Records = [] };
                    continue;
                }
                var token = new ConsistencyToken(new Epoch(IdOf(reader.GetValue(0))), reader.GetInt64(1));
                if (last is null || token.Epoch != last.Value.Epoch || token.Position > last.Value.Position) last = token;
            }
        }
        return committed with { Token = last };
    }

    private async Task<bool> ChangeOperationAsync(OperationLease held, Func<DbCommand, string> change, CancellationToken cancellationToken) => await WithAsync(async command =>
    {
        command.CommandText = $"UPDATE {OperationsTable} SET {change(command)} WHERE {Held}";
        AddId(command, "id", held.Id);
        AddId(command, "lease", held.Lease);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) > 0;
    }, cancellationToken).ConfigureAwait(false);

    private static Operation ReadOperation(DbDataReader reader, Guid id) => new()
    {
        Id = id,
        Kind = reader.GetString(0),
        Owner = TextOf(reader, 1),
        Status = reader.GetString(2) switch
        {
            "accepted" => OperationState.Accepted,
            "processing" => OperationState.Processing,
            "completed" => OperationState.Completed,
            _ => OperationState.Failed,
        },
        Attempts = reader.GetInt32(3),
        AcceptedAt = TimeOf(reader.GetValue(4)),
        ChangedAt = TimeOf(reader.GetValue(5)),
        Result = TextOf(reader, 6),
        Failure = TextOf(reader, 7) is { } code ? new OperationFailure(code, TextOf(reader, 8) ?? "") : null,
        Records = TextOf(reader, 9) is { } records ? OperationRecordJson.Read(records) : [],
    };

    private static string? TextOf(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset TimeOf(object value) => value is DateTime time
        ? new DateTimeOffset(time.ToUniversalTime())
        : DateTimeOffset.Parse((string)value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static DbCommand In(DbTransaction transaction) => new OpenTransaction(transaction.Connection!, transaction).CreateCommand();
}
