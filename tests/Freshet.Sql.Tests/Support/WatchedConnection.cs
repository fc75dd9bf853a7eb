using Microsoft.Data.Sqlite;

namespace Freshet.Sql.Tests;

/// <summary>A connection that tells when it is opened, and keeps who opens it waiting for as long as a test likes.</summary>
internal sealed class WatchedConnection(string connectionString, Func<CancellationToken, Task> onOpen) : SqliteConnection(connectionString)
{
    public bool IsDisposed { get; private set; }

    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        await onOpen(cancellationToken);
        await base.OpenAsync(cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
