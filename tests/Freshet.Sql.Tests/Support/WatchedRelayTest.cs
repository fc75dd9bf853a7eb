using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Sql.Tests;

/// <summary>A test of the relay whose database does not matter: it tells whenever a connection is opened. Nobody but the relay opens one by itself.</summary>
public abstract class WatchedRelayTest : OutboxTest<SqliteTestDatabase>
{
    private int _opens;

    /// <summary>How many were opened, or are about to be.</summary>
    protected int Opens => Volatile.Read(ref _opens);

    /// <summary>Called for each.</summary>
    protected Func<CancellationToken, Task> OnOpen { get; set; } = _ => Task.CompletedTask;

    /// <summary>Holds back who opens the next one, or one after it.</summary>
    protected Gate HoldOpen(int which, bool hears = true)
    {
        var (gate, at) = (new Gate(), Opens + which);
        OnOpen = cancellationToken => Opens == at ? gate.PassAsync(hears ? cancellationToken : default) : Task.CompletedTask;
        return gate;
    }

    protected TestApp StartWatched(Action<SqlOutboxOptions>? configure = null, Action<FreshetBuilder>? more = null, bool isSettled = true) => Start(configure, freshet =>
    {
        freshet.Services.AddSingleton<OutboxDatabase>(new SqliteOutboxDatabase(() => new WatchedConnection(Database.ConnectionString, cancellationToken =>
        {
            Interlocked.Increment(ref _opens);
            return OnOpen(cancellationToken);
        })));
        more?.Invoke(freshet);
    }, isSettled);

    protected Task InsertOldAsync() => Database.ExecuteAsync(
        """INSERT INTO freshet_outbox (action, event, data, appended_at) VALUES ('import.py', 'thing.changed', '{}', '2020-01-01T00:00:00.000Z')""");
}
