namespace Freshet.Tests;

/// <summary>What an operator does, in one call.</summary>
internal static class Operating
{
    public static FreshetService Service(this TestApp app) => (FreshetService)app.Freshet;

    public static async Task FlushAsync(this TestApp app, FlushScope scope)
    {
        await using var action = app.Freshet.BeginOperator("flush", "ann", "wrong values");
        FreshetService.Flush(action, scope);
        await action.CompleteAsync();
    }

    public static Task FlushQueryAsync(this TestApp app, string query) => app.FlushAsync(app.Service().ScopeOfQuery(query));

    public static Task FlushKindAsync(this TestApp app, string kind) => app.FlushAsync(app.Service().ScopeOfTagKind(kind));

    public static Explanation Explain(this TestApp app, CachedQuery query, string arguments, long? minimumVersion = null) =>
        app.Service().Explain(app.Service().RuntimeNamed(query.Name), arguments, minimumVersion);
}
