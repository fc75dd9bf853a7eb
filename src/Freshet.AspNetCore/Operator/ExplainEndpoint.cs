using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Freshet.AspNetCore;

/// <summary><c>GET explain?query=account-summary&amp;args=acc_88</c>: what this node has of one key, and why a read would be answered with it or not. Never the value.</summary>
internal static class ExplainEndpoint
{
    public static Task<JsonObject> RunAsync(OperatorDesk desk, HttpContext http)
    {
        var query = http.Request.Query;
        var names = string.Join(", ", desk.Freshet.Runtimes.Select(each => each.Name).Order(StringComparer.Ordinal));
        if (query["query"] is not [{ Length: > 0 } name])
            throw new OperatorInputException("unknown-query", $"Say which cached query: ?query=name&args=key. Known: {names}.");
        var runtime = desk.Freshet.RuntimeNamed(name);
        if (query["args"].Count == 0) throw OperatorInputException.Arguments(name, "Say which: &args=key, once for each key.");
        var explained = desk.Freshet.Explain(runtime, string.Join(',', query["args"].ToArray()), MinimumVersionIn(query));
        return Task.FromResult(Write(runtime, explained, desk));
    }

    private static long? MinimumVersionIn(IQueryCollection query)
    {
        if (query["minimumVersion"] is not [{ } text]) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new OperatorInputException("invalid-minimum-version", "minimumVersion must be a whole number from 0. Leave it out for an everyday read.");
    }

    private static JsonObject Write(QueryRuntime runtime, Explanation explained, OperatorDesk desk) => new()
    {
        ["query"] = runtime.Name,
        ["arguments"] = explained.Arguments,
        ["level"] = OperatorJson.Kebab(runtime.Declared.Declaration.Level),
        ["served"] = explained.Served is { } source ? OperatorJson.Kebab(source) : null,
        ["reasons"] = OperatorJson.Objects(explained.Reasons.Select(Write)),
        ["entry"] = explained.Entry is { } entry ? Write(entry) : null,
        ["load"] = explained.Load is { } load ? Write(load) : null,
        ["failing"] = explained.Failing is { } failing ? Write(failing) : null,
        ["node"] = StatusEndpoint.Node(desk),
    };

    private static JsonObject Write(ExplainedReason reason) => new()
    {
        ["code"] = reason.Code,
        ["tag"] = reason.Tag?.Text,
        ["position"] = OperatorJson.Number(reason.Position),
        ["hold"] = reason.Hold is not { } hold ? null : new JsonObject
        {
            ["trigger"] = OperatorJson.Kebab(hold.Trigger),
            ["action"] = hold.Action,
            ["actor"] = hold.Actor,
            ["forSeconds"] = OperatorJson.Seconds(hold.For),
        },
    };

    private static JsonObject Write(ExplainedEntry entry) => new()
    {
        ["loadedAt"] = new JsonObject { ["epoch"] = entry.Loaded.Epoch.ToString(), ["position"] = entry.Loaded.Position },
        ["ageSeconds"] = OperatorJson.Seconds(entry.Age),
        ["timeToLiveLeftSeconds"] = OperatorJson.Seconds(entry.LivesFor),
        ["version"] = OperatorJson.Number(entry.Version),
        ["bytes"] = entry.Bytes,
        ["tags"] = OperatorJson.Objects(entry.Tags.Select(tag => new JsonObject
        {
            ["tag"] = tag.Tag.Text,
            ["invalidatedAt"] = tag.InvalidatedAt,
            ["state"] = OperatorJson.Kebab(tag.Verdict),
            ["deadlineSeconds"] = OperatorJson.Seconds(tag.Deadline),
        })),
    };

    private static JsonObject Write(ExplainedLoad load) => new()
    {
        ["state"] = load.CapturedAt is null ? "queued" : "running",
        ["forSeconds"] = OperatorJson.Seconds(load.For),
        ["loadedAt"] = OperatorJson.Number(load.CapturedAt),
        ["canBeJoined"] = load.CanBeJoined,
    };

    private static JsonObject Write(ExplainedFailing failing) => new()
    {
        ["forSeconds"] = OperatorJson.Seconds(failing.For),
        ["retryInSeconds"] = OperatorJson.Seconds(failing.RetryIn),
    };
}
