using System.Data.Common;

namespace BillingDesk.Data;

/// <summary>Inserts many rows into one table by one statement.</summary>
internal sealed class SeedTable : IDisposable
{
    private readonly DbCommand _command;
    private readonly DbParameter[] _parameters;

    /// <param name="connection">Where to insert.</param>
    /// <param name="transaction">The transaction of the seed.</param>
    /// <param name="table">A name from this assembly, never from outside.</param>
    /// <param name="columns">Likewise.</param>
    public SeedTable(DbConnection connection, DbTransaction transaction, string table, params string[] columns)
    {
        _command = connection.CreateCommand();
        _command.Transaction = transaction;
        _command.CommandText =
            $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(column => "@" + column))})";
        _parameters = [.. columns.Select(AddParameter)];
    }

    public void Add(params ReadOnlySpan<object?> values)
    {
        for (var index = 0; index < _parameters.Length; index++) _parameters[index].Value = values[index] ?? DBNull.Value;
        _command.ExecuteNonQuery();
    }

    private DbParameter AddParameter(string column)
    {
        var parameter = _command.CreateParameter();
        parameter.ParameterName = "@" + column;
        _command.Parameters.Add(parameter);
        return parameter;
    }

    public void Dispose() => _command.Dispose();
}
