using System.Text.Json.Nodes;

namespace BillingDesk.Tests;

/// <summary>The desk's reads, and how the cache answered a row of them.</summary>
internal static class Panels
{
    public const string Plans = "/api/plans";

    public static string Summary(string account) => $"/api/accounts/{account}/summary";

    public static string Badge(string account) => $"/api/accounts/{account}/badge";

    public static string Card(string account) => $"/api/accounts/{account}/card";

    public static string List(string account) => $"/api/accounts/{account}/invoices";

    public static string Search(string account, string text) => $"/api/accounts/{account}/invoices/search?q={text}";

    public static string Recommendations(string account) => $"/api/accounts/{account}/recommendations";

    public static string Audit(string account) => $"/api/accounts/{account}/audit";

    public static string Invoice(string invoice) => $"/api/invoices/{invoice}";

    public static string Members(string org) => $"/api/orgs/{org}/members";

    public static string Organisations(string user) => $"/api/users/{user}/organisations";

    public static string Profile(string user) => $"/api/users/{user}/profile";

    /// <summary>Everything the page shows of an account.</summary>
    public static string[] Of(string account, string invoice, string user) =>
    [
        Summary(account), Badge(account), Card(account), List(account), Search(account, "BD"), Recommendations(account), Audit(account),
        Invoice(invoice), Members(account), Organisations(user), Profile(user), Plans,
    ];

    /// <summary>Reads each, so that it is cached.</summary>
    public static async Task WarmAsync(this DeskHost desk, params string[] paths)
    {
        foreach (var path in paths) await desk.ReadAsync<JsonNode>(path);
        foreach (var path in paths) (await desk.ReadAsync<JsonNode>(path)).Result.ShouldBe("hit", path);
    }

    /// <summary>Reads each of these panels once; asserts that exactly the named ones are loaded anew, and the others come from the cache.</summary>
    public static async Task ShouldReloadOnlyAsync(this DeskHost desk, IReadOnlyCollection<string> all, params string[] reloaded)
    {
        reloaded.ShouldBeSubsetOf(all);
        foreach (var path in all)
            (await desk.ReadAsync<JsonNode>(path)).Result.ShouldBe(reloaded.Contains(path) ? "miss" : "hit", path);
    }
}
