using System.Net;
using Microsoft.AspNetCore.Authorization;

namespace Freshet.AspNetCore.Tests.Operator;

/// <summary>Outside development nobody reaches the operator's endpoints without a name.</summary>
public sealed class AccessTests
{
    private static readonly string[] _paths = ["/freshet/explain?query=invoice&args=inv_1", "/freshet/status"];

    [Fact]
    public async Task Without_authorization_the_host_does_not_start_outside_development()
    {
        var error = await Should.ThrowAsync<AnonymousOperatorException>(() => TestApp.StartAsync(app => app.MapFreshetOperator()));

        error.Pattern.ShouldBe("/freshet/explain");
        error.Code.ShouldBe("anonymous-operator");
        error.Message.ShouldContain("RequireAuthorization(\"operators\")");
    }

    [Fact]
    public async Task Neither_does_it_when_authorization_is_taken_away_again() =>
        await Should.ThrowAsync<AnonymousOperatorException>(() => TestApp.StartAsync(
            app => app.MapFreshetOperator().RequireAuthorization(Operators.Policy).WithMetadata(new AllowAnonymousAttribute()), Operators.AddOperators));

    [Fact]
    public async Task A_fallback_policy_is_not_enough() =>
        await Should.ThrowAsync<AnonymousOperatorException>(() => TestApp.StartAsync(app => app.MapFreshetOperator(), builder =>
        {
            builder.AddOperators();
            builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        }));

    [Fact]
    public async Task In_development_they_may_be_anonymous()
    {
        await using var app = await TestApp.StartAsync(app => app.MapFreshetOperator(), environment: "Development");

        foreach (var path in _paths) (await app.Client.AskAsync(path)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await app.Client.FlushedAsync("query", "invoice"))["position"]!.GetValue<long>().ShouldBe(1);
        (await RecordAsync(app)).Actor.ShouldBe("anonymous");
    }

    [Fact]
    public async Task The_policy_lets_in_whom_it_names()
    {
        await using var app = await TestApp.StartAsync(app => app.MapFreshetOperator("/ops").RequireAuthorization(Operators.Policy), Operators.AddOperators);

        foreach (var path in _paths.Select(path => path.Replace("/freshet", "/ops", StringComparison.Ordinal)))
        {
            (await app.Client.AskAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            (await app.Client.AskAsync(path, "visitor")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await app.Client.AskAsync(path, "ann")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_policy_that_everybody_meets_still_lets_nobody_in_without_a_name()
    {
        await using var app = await TestApp.StartAsync(app => app.MapFreshetOperator().RequireAuthorization(policy => policy.RequireAssertion(_ => true)), Operators.AddOperators);

        var answer = await app.Client.FlushAsync("""{"scope":"query","target":"invoice","reason":"why"}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe("not-signed-in");
        app.Position.ShouldBe(0);
    }

    [Fact]
    public async Task Without_the_middleware_that_checks_at_the_start_every_request_is_refused()
    {
        await using var app = await TestApp.StartAsync(app => app.MapFreshetOperator(), useFreshet: false, rendersPages: false);

        foreach (var path in _paths)
        {
            var answer = await app.Client.AskAsync(path, "ann");
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe("anonymous-operator");
        }
    }

    [Fact]
    public async Task Answers_are_stored_nowhere()
    {
        await using var app = await TestApp.StartAsync(app => app.MapFreshetOperator(), environment: "Development");

        foreach (var path in _paths) (await app.Client.AskAsync(path)).Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    private static async Task<LogRecord> RecordAsync(TestApp app)
    {
        await foreach (var record in app.Freshet.Log.FollowAsync(0)) return record;
        throw new InvalidOperationException();
    }
}
