using BillingDesk.Data;
using Freshet;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BillingDesk.Accounts;

/// <summary>Makes the summaries of all accounts anew, once a night. Nobody waits for it, so their tags are marked stale: the first reader of the morning gets yesterday's once.</summary>
/// <remarks>It recomputes no cached query: a summary that nobody reads is loaded by nobody.</remarks>
public sealed class NightlySummaryJob(
    NightlySummaryOptions options, IServiceScopeFactory scopes, IFreshet freshet, TimeProvider time, ILogger<NightlySummaryJob> logger) : BackgroundService
{
    /// <summary>Runs it now.</summary>
    public async Task<NightlyRun> RunAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var summaries = scope.ServiceProvider.GetRequiredService<NightlySummaryWrites>();
        await using var job = freshet.BeginJob(AccountsCatalog.NightlyJob.Name);
        var run = await scope.ServiceProvider.GetRequiredService<DeskTransactions>().WriteAsync(
                () => summaries.RebuildAsync(ct), run => freshet.Raise(new SummariesRebuilt(run.Day, run.AccountIds)), ct);
        await job.CompleteAsync();
        logger.Rebuilt(run.AccountIds.Count, run.Day);
        return run;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.At is not { } at) return;
        while (true)
        {
            await Task.Delay(UntilNext(at, time.GetUtcNow()), time, stoppingToken);
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // The summaries stay as they are, and say of which day they are.
                logger.RebuildFailed(error);
            }
        }
    }

    internal static TimeSpan UntilNext(TimeSpan at, DateTimeOffset now)
    {
        var today = now.Date + at;
        return (today > now.DateTime ? today : today.AddDays(1)) - now.DateTime;
    }
}
