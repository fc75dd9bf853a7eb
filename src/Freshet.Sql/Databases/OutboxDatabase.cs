using System.Data;
using System.Data.Common;

namespace Freshet.Sql;

/// <summary>The tables as one kind of database has them. Times are the database's own, so that nodes' clocks do not matter.</summary>
/// <remarks>What is written into a caller's transaction goes through <see cref="DbCommand"/> alone, so that wrapped connections of profilers work too.</remarks>
internal abstract partial class OutboxDatabase : IAsyncDisposable, IDisposable
{
    /// <summary>File name of the script that creates the tables.</summary>
    public abstract string ScriptName { get; }

    /// <summary>The script that creates the tables. Running it again changes nothing.</summary>
    public string Script => ReadScript(ScriptName);

    public string OutboxTable => TableOf("freshet_outbox");

    public string ClaimsTable => TableOf("freshet_claims");

    /// <summary>The moment in the database's clock.</summary>
    protected abstract string Now { get; }

    protected virtual string SkipLocked => "";

    protected virtual bool PreparesStatements => false;

    /// <summary>The position of a row that was appended and is due again.</summary>
    protected virtual string ReopenedPosition => "NULL";

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    public virtual void Dispose() => GC.SuppressFinalize(this);

    public abstract ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Creates the tables, unless they exist.</summary>
    public abstract Task CreateTablesAsync(CancellationToken cancellationToken);

    /// <summary>Wakes a relay whenever somebody rings; returns when cancelled. A database that cannot ring returns at once.</summary>
    public virtual Task ListenAsync(Action rung, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether a table is there.</summary>
    public abstract Task<bool> HasTableAsync(string table, CancellationToken cancellationToken);

    protected abstract string TableOf(string name);

    /// <summary>A moment so much later than now, from a parameter.</summary>
    protected abstract string After(DbCommand command, string parameter, TimeSpan by);

    /// <summary>How many seconds ago a moment was.</summary>
    protected abstract string AgeOf(string moment);

    protected abstract string Json(string parameter);

    protected abstract void AddId(DbCommand command, string name, Guid id);

    /// <summary>An id as a statement writes it: as a parameter, or in its text.</summary>
    protected virtual string Id(DbCommand command, string name, Guid id)
    {
        AddId(command, name, id);
        return "@" + name;
    }

    /// <summary>One of a few words as a statement writes it, likewise.</summary>
    protected virtual string Word(DbCommand command, string name, string word)
    {
        AddText(command, name, word);
        return name;
    }

    protected abstract Guid IdOf(object value);

    protected async Task<T> WithAsync<T>(Func<DbCommand, Task<T>> act, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = connection.CreateCommand();
            await using (command.ConfigureAwait(false)) return await act(command).ConfigureAwait(false);
        }
    }

    protected static void AddText(DbCommand command, string name, string? value) => Add(command, name, DbType.String, value);

    protected static void AddNumber(DbCommand command, string name, long value) => Add(command, name, DbType.Int64, value);

    protected static void AddSeconds(DbCommand command, string name, TimeSpan value) => Add(command, name, DbType.Double, value.TotalSeconds);

    protected static void Add(DbCommand command, string name, DbType type, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.DbType = type;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
    }

    internal static string ReadScript(string name)
    {
        using var script = typeof(OutboxDatabase).Assembly.GetManifestResourceStream(name)!;
        return new StreamReader(script).ReadToEnd();
    }
}
