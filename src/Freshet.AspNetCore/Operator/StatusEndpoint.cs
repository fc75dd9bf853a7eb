using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary><c>GET status</c>: this node, the others as their lease rows tell, and the caches that the log drives.</summary>
internal static class StatusEndpoint
{
    public static async Task<JsonObject> RunAsync(OperatorDesk desk, HttpContext http)
    {
        var freshet = desk.Freshet;
        var shared = freshet.Log as SharedLog;
        var rows = shared is null ? null : await shared.TryReadLeasesAsync(http.RequestAborted).ConfigureAwait(false);
        var node = Node(desk);
        node["entries"] = freshet.Store.Count;
        node["bytes"] = freshet.Store.Bytes;
        node["queries"] = freshet.Runtimes.Count;
        node["marks"] = freshet.Node.Applied.Marks.Count;
        node["holds"] = freshet.Node.Applied.Holds?.Count ?? 0;
        return new JsonObject
        {
            ["node"] = node,
            // Null when nobody can tell, which is not the same as nobody being there.
            ["others"] = shared is null ? new JsonArray() : rows is null ? null : OperatorJson.Objects(rows.Rows.Where(row => row.Node != shared.Id).OrderBy(row => row.Name, StringComparer.Ordinal).Select(Write)),
            ["targets"] = OperatorJson.Objects(Targets(((FreshnessLog)freshet.Log).Targets)),
        };
    }

    /// <summary>This node and how far it may be trusted.</summary>
    public static JsonObject Node(OperatorDesk desk)
    {
        var freshet = desk.Freshet;
        var shared = freshet.Log as SharedLog;
        var applied = freshet.Node.Applied.Position;
        return new JsonObject
        {
            ["name"] = desk.NodeName,
            ["id"] = shared?.Id.ToString(),
            ["epoch"] = applied.Epoch.ToString(),
            ["position"] = applied.Position,
            ["isShared"] = shared is not null,
            ["isAway"] = shared?.IsAway ?? false,
            ["lag"] = shared?.Lag ?? 0,
            ["unconfirmedSeconds"] = OperatorJson.Seconds(freshet.Unconfirmed),
            ["holdsLease"] = freshet.Node.Confirmation?.HoldsLease ?? true,
            ["pendingRecords"] = shared?.Pending.Count ?? 0,
        };
    }

    private static JsonObject Write(LeaseRow row) => new()
    {
        ["name"] = row.Name,
        ["id"] = row.Node.ToString(),
        ["acknowledged"] = row.Acknowledged,
        ["kinds"] = OperatorJson.Texts(row.Kinds.Order(StringComparer.Ordinal)),
    };

    private static IEnumerable<JsonObject> Targets(CacheTargets targets)
    {
        foreach (var settings in targets.Settings)
        {
            var follower = targets.Followers.FirstOrDefault(each => each.Name == settings.Name);
            yield return new JsonObject
            {
                ["name"] = settings.Name,
                ["lag"] = follower?.Lag ?? 0,
                ["keepsPace"] = follower?.KeepsPace ?? true,
                ["isOutdated"] = follower?.OwesReset ?? false,
                ["observeOnly"] = settings.Options.ObserveOnly,
            };
        }
    }
}
