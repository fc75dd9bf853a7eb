using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Freshet.AspNetCore;

/// <summary>Whether this node follows its log.</summary>
/// <param name="started">Freshet; asking for it is what starts it.</param>
/// <param name="freshet">The same, from within.</param>
/// <param name="maxLag">Most records it may lag.</param>
internal sealed class FreshetHealth(IFreshet started, FreshetService freshet, long maxLag) : IHealthCheck
{
    // A relay looks every second or so, and rows whose action is at work are young.
    private static readonly TimeSpan _longestBacklog = TimeSpan.FromSeconds(30);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var shared = started.Log as SharedLog;
        var applied = freshet.Node.Applied.Position;
        var (isAway, pending, lag) = (shared?.IsAway ?? false, shared?.Pending.Count ?? 0, shared?.Lag ?? 0);
        var data = new Dictionary<string, object>
        {
            ["epoch"] = applied.Epoch.ToString(),
            ["position"] = applied.Position,
            ["lag"] = lag,
            ["unconfirmedSeconds"] = Math.Round(freshet.Unconfirmed.TotalSeconds, 3),
            ["holdsLease"] = freshet.Node.Confirmation?.HoldsLease ?? true,
            ["pendingRecords"] = pending,
            ["isAway"] = isAway,
        };
        var faults = new List<string>();
        if (isAway) faults.Add("the shared log cannot be reached, so queries read their source as their level says");
        if (pending > 0) faults.Add(string.Create(CultureInfo.InvariantCulture, $"{pending} records wait for the log, and other nodes do not know of their writes"));
        if (lag > maxLag) faults.Add(string.Create(CultureInfo.InvariantCulture, $"this node is {lag} records behind"));
        if (freshet.Outbox?.State is { } outbox) Tell(outbox, data, faults);
        return Task.FromResult(faults.Count == 0
            ? HealthCheckResult.Healthy("This node follows its log.", data)
            : new HealthCheckResult(context.Registration.FailureStatus, $"Not all is well: {string.Join("; ", faults)}.", exception: null, data));
    }

    private static void Tell(OutboxState outbox, Dictionary<string, object> data, List<string> faults)
    {
        data["outboxBacklog"] = outbox.Backlog;
        data["outboxBacklogSeconds"] = Math.Round(outbox.Age.TotalSeconds, 3);
        data["outboxSetAside"] = outbox.SetAside;
        if (outbox.IsAway) faults.Add("the outbox's database cannot be reached");
        if (outbox.Age > _longestBacklog) faults.Add(string.Create(CultureInfo.InvariantCulture, $"{outbox.Backlog} committed rows of the outbox are not appended, the oldest for {outbox.Age.TotalSeconds:F0} s"));
        if (outbox.SetAside > 0) faults.Add(string.Create(CultureInfo.InvariantCulture, $"{outbox.SetAside} rows of the outbox cannot be appended and are set aside"));
    }
}
