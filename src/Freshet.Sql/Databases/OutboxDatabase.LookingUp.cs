using System.Data.Common;

namespace Freshet.Sql;

/// <remarks>Which rows are committed, or seen.</remarks>
internal abstract partial class OutboxDatabase
{
    /// <summary>Which of these rows are committed. One caller at a time.</summary>
    public virtual Task<IReadOnlySet<Guid>> CommittedAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken) =>
        WithAsync(command => FoundAsync(command, ids, isAsync: true, cancellationToken), cancellationToken);

    /// <summary>Which of these rows a transaction sees.</summary>
    public async Task<IReadOnlySet<Guid>> SeenAsync(OpenTransaction within, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        var command = within.CreateCommand();
        await using (command.ConfigureAwait(false)) return await FoundAsync(command, ids, within.IsAsync, cancellationToken).ConfigureAwait(false);
    }

    protected async Task<IReadOnlySet<Guid>> ReadIdsAsync(DbCommand command, int most, bool isAsync, CancellationToken cancellationToken)
    {
        var found = new HashSet<Guid>(most);
        var reader = isAsync ? await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false) : command.ExecuteReader();
        await using (reader.ConfigureAwait(false))
        {
            while (isAsync ? await reader.ReadAsync(cancellationToken).ConfigureAwait(false) : reader.Read()) found.Add(IdOf(reader.GetValue(0)));
        }
        return found;
    }

    /// <summary>A statement that reads columns of the rows with these ids.</summary>
    public abstract string SelectById(DbCommand command, string columns, IReadOnlyList<Guid> ids);

    private Task<IReadOnlySet<Guid>> FoundAsync(DbCommand command, IReadOnlyList<Guid> ids, bool isAsync, CancellationToken cancellationToken)
    {
        command.CommandText = SelectById(command, "id", ids);
        return ReadIdsAsync(command, ids.Count, isAsync, cancellationToken);
    }
}
