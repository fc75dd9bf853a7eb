using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dapper;

namespace BillingDesk.Data.Tests;

/// <summary>One hash over every value of every row of every table.</summary>
internal static class Fingerprint
{
    public static async Task<string> OfAsync(BillingDeskDatabase database)
    {
        await using var connection = await database.OpenAsync();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var tables = await connection.QueryAsync<string>(TestDatabase.TablesSql);
        foreach (var table in tables)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM {table} ORDER BY 1, 2";
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                var row = new StringBuilder(table);
                for (var column = 0; column < reader.FieldCount; column++)
                    row.Append('\u001f').Append(Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture));
                hash.AppendData(Encoding.UTF8.GetBytes(row.Append('\u001e').ToString()));
            }
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
