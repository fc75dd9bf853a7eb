using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Freshet.Sql;

/// <summary>Checks the outbox's tables when the host starts, and relays while it runs.</summary>
internal sealed class OutboxHost(SqlOutbox outbox, OutboxRelay relay, SqlOutboxOptions options, TimeProvider time, ILogger<OutboxHost> logger) : IHostedService
{
    private static readonly TimeSpan _startWait = TimeSpan.FromSeconds(5);

    /// <exception cref="OutboxTableMissingException">The database lacks a table.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CheckAsync(cancellationToken).WaitAsync(_startWait, time, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Its database is away: the application starts without it, as it does without its log.
        catch (Exception error) when (error is not FreshetException && !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.StartedWithoutDatabase(error.GetType().Name);
        }
        relay.Start();
    }

    public Task StopAsync(CancellationToken cancellationToken) => relay.StopAsync();

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var database = outbox.Database;
        if (options.CreateTables) await database.CreateTablesAsync(cancellationToken).ConfigureAwait(false);
        foreach (var table in (string[])[database.OutboxTable, database.ClaimsTable, database.OperationsTable])
        {
            if (!await database.HasTableAsync(table, cancellationToken).ConfigureAwait(false)) throw new OutboxTableMissingException(table, database.ScriptName);
        }
    }
}
