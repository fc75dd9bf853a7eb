using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Freshet.AspNetCore.Tests;

/// <summary>Operators of the tests: who sends the header <c>X-Operator</c> is signed in by that name.</summary>
internal static class Operators
{
    public const string Policy = "operators";

    public static void AddOperators(this WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, ByHeader>("test", null);
        builder.Services.AddAuthorizationBuilder().AddPolicy(Policy, policy => policy.RequireClaim("role", "operator"));
    }

    public static async Task<HttpResponseMessage> AskAsync(this HttpClient client, string path, string? who = null) =>
        await client.SendAsync(Request(HttpMethod.Get, path, who, null));

    public static async Task<HttpResponseMessage> FlushAsync(this HttpClient client, string json, string? who = null, string type = "application/json") =>
        await client.SendAsync(Request(HttpMethod.Post, "/freshet/flush", who, new StringContent(json, System.Text.Encoding.UTF8, type)));

    public static async Task<JsonObject> FlushedAsync(this HttpClient client, string scope, string target, bool dryRun = false)
    {
        var answer = await client.FlushAsync(new JsonObject { ["scope"] = scope, ["target"] = target, ["reason"] = "wrong values", ["dryRun"] = dryRun }.ToJsonString());
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.JsonAsync();
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string? who, HttpContent? content)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        if (who is not null) request.Headers.Add("X-Operator", who);
        return request;
    }

    private sealed class ByHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var name = Request.Headers["X-Operator"].ToString();
            if (name.Length == 0) return Task.FromResult(AuthenticateResult.NoResult());
            var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim("role", name == "visitor" ? "visitor" : "operator")], Scheme.Name);
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
        }
    }
}
