using Microsoft.Data.Sqlite;

namespace Freshet.Sql.Tests;

/// <summary>A connection that never opens.</summary>
/// <param name="hears">Whether it hears that it is cancelled. Not every driver does.</param>
internal sealed class SilentConnection(bool hears = false) : SqliteConnection
{
    public override Task OpenAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, hears ? cancellationToken : CancellationToken.None);
}
