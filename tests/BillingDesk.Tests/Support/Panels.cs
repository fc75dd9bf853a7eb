namespace BillingDesk.Tests;

/// <summary>The desk's reads, and how the cache answered a row of them.</summary>
internal static class Panels
{
    public const string Plans = "/api/plans";

    public const string PlanMix = "/api/admin/plan-mix";

    public static string Summary(string account) => $"/api/accounts/{account}/summary";

    public static string Badge(string account) => $"/api/accounts/{account}/badge";

    public static string Card(string account) => $"/api/accounts/{account}/card";

    public static string List(string account) => $"/api/accounts/{account}/invoices";

    public static string Search(string account, string text) => $"/api/accounts/{account}/invoices/search?q={text}";

    public static string Recommendations(string account) => $"/api/accounts/{account}/recommendations";

    public static string Audit(string account) => $"/api/accounts/{account}/audit";

    public static string Subscription(string account) => $"/api/accounts/{account}/subscription";

    public static string Usage(string account) => $"/api/accounts/{account}/usage";

    public static string Dashboard(string account) => $"/api/accounts/{account}/dashboard";

    public static string Statement(string account) => $"/statements/{account}";

    public static string Statement(string account, string invoice) => $"/statements/{account}/{invoice}";

    /// <summary>The search over all accounts; <see cref="Search"/> is the one over the invoices of one.</summary>
    public static string Find(string text) => $"/api/search?q={text}";

    public static string Table(string sort, int page) => $"/api/admin/accounts?sort={sort}&page={page}";

    public static string Invoice(string invoice) => $"/api/invoices/{invoice}";

    public static string History(string invoice) => $"/api/invoices/{invoice}/history";

    public static string Members(string org) => $"/api/orgs/{org}/members";

    public static string Organisations(string user) => $"/api/users/{user}/organisations";

    public static string Profile(string user) => $"/api/users/{user}/profile";

    /// <summary>Everything the page shows of an account, and its statement. What is made of others' queries stands after them: then each is loaded by its own read.</summary>
    public static string[] Of(string account, string invoice, string user) =>
    [
        Summary(account), Badge(account), Card(account), List(account), Search(account, "BD"), Recommendations(account), Audit(account),
        Invoice(invoice), History(invoice), Members(account), Organisations(user), Profile(user), Plans, Subscription(account), Usage(account),
        Dashboard(account), Statement(account),
    ];

    /// <summary>Reads each, so that it is cached.</summary>
    public static async Task WarmAsync(this DeskHost desk, params string[] paths)
    {
        foreach (var path in paths) await desk.GetAsync(path);
        foreach (var path in paths) (await desk.GetAsync(path)).Result.ShouldBe("hit", path);
    }

    /// <summary>Reads each of these panels once; asserts that exactly the named ones are loaded anew, and the others come from the cache.</summary>
    public static async Task ShouldReloadOnlyAsync(this DeskHost desk, IReadOnlyCollection<string> all, params string[] reloaded)
    {
        reloaded.ShouldBeSubsetOf(all);
        foreach (var path in all)
            (await desk.GetAsync(path)).Result.ShouldBe(reloaded.Contains(path) ? "miss" : "hit", path);
    }
}
