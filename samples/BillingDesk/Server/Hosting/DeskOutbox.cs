using BillingDesk.Data;
using Freshet;
using Freshet.Sql;

namespace BillingDesk.Server;

/// <summary>The outbox: what is raised is committed with the write, in the desk's own database.</summary>
internal static class DeskOutbox
{
    /// <summary>Keeps the outbox in the database that the desk is on.</summary>
    public static FreshetBuilder UseDeskOutbox(this FreshetBuilder freshet, BillingDeskDatabase database)
    {
        freshet.Services.AddScoped<IBeforeCommit, SavedWithTheWrite>();
        return database is PostgresDesk postgres
            ? freshet.UsePostgresOutbox(postgres.ConnectionString)
            : freshet.UseSqliteOutbox(database.Connect);
    }

    /// <summary>Every write that runs in an action saves what the action has raised. A write outside any, such as the seed, raises nothing.</summary>
    private sealed class SavedWithTheWrite(IFreshet freshet) : IBeforeCommit
    {
        public async Task RunAsync(DeskTransaction transaction, CancellationToken ct)
        {
            if (freshet.CurrentAction is not null) await freshet.SaveOutboxAsync(transaction.Transaction, ct);
        }
    }
}
