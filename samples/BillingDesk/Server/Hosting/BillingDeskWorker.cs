using BillingDesk.Accounts;
using BillingDesk.Billing;
using BillingDesk.Data;
using BillingDesk.Growth;

namespace BillingDesk.Server;

/// <summary>The desk's jobs in a process of their own: they write under the same contract, and every web node follows.</summary>
public static class BillingDeskWorker
{
    /// <summary>Builds the host. The database must have been prepared by a web node.</summary>
    public static IHost Build(StartOptions start)
    {
        ArgumentNullException.ThrowIfNull(start);
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = [.. start.Arguments], ContentRootPath = AppContext.BaseDirectory });
        var database = DeskDatabase.From(builder.Configuration);
        builder.Services.AddBillingDeskData(database);
        builder.Services.AddDeskCatalogs(builder.Configuration, database);
        builder.Services.AddBilling().AddAccounts(builder.Configuration).AddGrowth(builder.Configuration);
        return builder.Build();
    }

    /// <summary>Runs one job to its end.</summary>
    /// <param name="host">The host, started.</param>
    /// <param name="job">The job's name.</param>
    /// <param name="ct">Cancels before the commit.</param>
    /// <returns>What it did, for the console.</returns>
    /// <exception cref="ArgumentException">There is no such job.</exception>
    public static async Task<string> RunAsync(IHost host, string job, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (job != AccountsCatalog.NightlyJob.Name)
            throw new ArgumentException($"There is no job '{job}'. Use --job {AccountsCatalog.NightlyJob.Name}.", nameof(job));
        var run = await host.Services.GetRequiredService<NightlySummaryJob>().RunAsync(ct);
        return $"{job}: {run.AccountIds.Count} summaries of {run.Day:yyyy-MM-dd}";
    }
}
