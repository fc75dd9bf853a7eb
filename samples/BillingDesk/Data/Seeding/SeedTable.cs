using System.Data.Common;

namespace BillingDesk.Data;

/// <summary>Inserts many rows into one table, twenty by each statement: a database server is asked that many times less often, and SQLite does not yet look long for their parameters.</summary>
internal static class SeedTable
{
    private const int RowsPerStatement = 20;

    /// <param name="connection">Where to insert.</param>
    /// <param name="transaction">The transaction of the seed.</param>
    /// <param name="table">A name from this assembly, never from outside.</param>
    /// <param name="columns">Likewise, with commas between.</param>
    /// <param name="rows">The rows, in order: what refers to others comes after them.</param>
    public static void Fill(DbConnection connection, DbTransaction transaction, string table, string columns, IEnumerable<object?[]> rows)
    {
        foreach (var some in rows.Chunk(RowsPerStatement))
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = $"INSERT INTO {table} ({columns}) VALUES {string.Join(", ", some.Select(row => $"({string.Join(", ", row.Select(value => Add(command, value)))})"))}";
            command.ExecuteNonQuery();
        }
    }

    private static string Add(DbCommand command, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = $"@p{command.Parameters.Count}";
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
        return parameter.ParameterName;
    }
}
