using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary><c>POST flush</c>: outdates one scope on every node, with a reason that the log keeps; as a dry run it only tells what this node would lose.</summary>
internal static class FlushEndpoint
{
    public static async Task<JsonObject> RunAsync(OperatorDesk desk, HttpContext http)
    {
        var order = await FlushOrder.ReadAsync(http.Request).ConfigureAwait(false);
        var freshet = desk.Freshet;
        var scope = ScopeOf(freshet, order);
        var preview = freshet.Preview(scope);
        var answer = new JsonObject
        {
            ["scope"] = order.Scope,
            ["target"] = scope.Target,
            ["reason"] = order.Reason,
            ["dryRun"] = order.DryRun,
            ["tags"] = OperatorJson.Texts(scope.Tags.Select(tag => tag.Text)),
            ["entries"] = OperatorJson.Objects(preview.Entries.Select(each => new JsonObject { ["query"] = each.Query, ["count"] = each.Entries })),
            ["pages"] = preview.Pages,
            ["targetsReset"] = OperatorJson.Texts(preview.Targets),
            ["isPending"] = false,
            ["position"] = null,
        };
        if (order.DryRun) return answer;

        var action = freshet.BeginOperator(EndpointNames.Of(http), OperatorDesk.ActorOf(http.User), order.Reason);
        await using var _ = action.ConfigureAwait(false);
        FreshetRequest.Of(http)?.Adopt(action);
        FreshetService.Flush(action, scope);
        await action.CompleteAsync().ConfigureAwait(false); // waits for every node whose high queries it may concern (R7)
        answer["isPending"] = action.IsPending;
        answer["position"] = OperatorJson.Number(action.Token?.Position);
        return answer;
    }

    private static FlushScope ScopeOf(FreshetService freshet, FlushOrder order) => order.Scope switch
    {
        "query" => freshet.ScopeOfQuery(order.Target),
        "tag" => freshet.ScopeOfTag(order.Target),
        "tagKind" => freshet.ScopeOfTagKind(order.Target),
        "path" => freshet.ScopeOfPath(order.Target, PathScope.Page),
        _ => freshet.ScopeOfPath(order.Target, PathScope.Layout),
    };
}
