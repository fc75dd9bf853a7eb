using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Growth;

/// <summary>Loads the usage chart of an account. Its days end with its as-of time, not with today, so nothing about it changes at midnight.</summary>
internal sealed class UsageChartLoader(UsageReads usage) : IQueryLoader<string, UsageChart?>
{
    public async Task<UsageChart?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        var chart = await usage.ChartAsync(args, cancellationToken);
        if (chart is null) context.DoNotCache(); // never cached: no event names its creation, and whoever tries ids must not fill the cache
        return chart;
    }
}
