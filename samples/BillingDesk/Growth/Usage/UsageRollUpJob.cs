using BillingDesk.Data;
using Freshet;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BillingDesk.Growth;

/// <summary>Runs the usage pipeline at intervals, the first time when the host has started. Nobody waits for a run, so its tags are marked stale.</summary>
internal sealed class UsageRollUpJob(
    UsagePipelineOptions options, IServiceScopeFactory scopes, IFreshet freshet, TimeProvider time, ILogger<UsageRollUpJob> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Every == TimeSpan.Zero) return;
        using var timer = new PeriodicTimer(options.Every, time);
        try
        {
            do await RunAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task RunAsync(CancellationToken ct)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await using var job = freshet.BeginJob(GrowthCatalog.RollUpJob.Name);
            var usage = scope.ServiceProvider.GetRequiredService<UsageWrites>();
            var run = await scope.ServiceProvider.GetRequiredService<DeskTransactions>().WriteAsync(
                () => usage.RollUpAsync(ct), run => freshet.Raise(new UsageRolledUp(UsagePipeline.Name, run.AccountIds)), ct);
            await job.CompleteAsync();
            logger.RolledUp(run.Rows, run.AccountIds.Count, run.AsOf);
        }
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            // The next run adds up what this one did not. Until then the charts say how far behind they are.
            logger.RollUpFailed(error, options.Every);
        }
    }
}
