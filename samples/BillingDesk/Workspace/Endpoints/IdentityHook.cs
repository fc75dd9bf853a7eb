using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;

namespace BillingDesk.Workspace;

/// <summary>The identity provider tells of a new name. Nobody waits for it, so the tag is marked stale: <c>RevalidateTag</c>.</summary>
/// <remarks>
/// The caller proves itself with a shared secret from the configuration key <see cref="SecretKey"/>. While none is configured, every
/// call is refused.
/// </remarks>
public static class IdentityHook
{
    /// <summary>Where the secret is configured: <c>BillingDesk:IdentityHookSecret</c>.</summary>
    public const string SecretKey = "BillingDesk:IdentityHookSecret";

    /// <summary>The request header that must repeat it.</summary>
    public const string SecretHeader = "X-Hook-Secret";

    private const string Name = "POST /hooks/identity";
    private const string Actor = "identity provider";

    internal static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/hooks/identity", ReceiveAsync);

    // The body is read here and not by the framework: that would read it, and complain about it, before the caller is known.
    private static async Task<Results<Ok<UserProfile>, UnauthorizedHttpResult, BadRequest, NotFound, ValidationProblem>> ReceiveAsync(
        HttpContext http, ProfileWrites profiles, DeskTransactions transactions, IFreshet freshet, IConfiguration configuration, CancellationToken ct)
    {
        if (!Knows(http.Request, configuration[SecretKey])) return TypedResults.Unauthorized();
        if (await BodyAsync(http.Request, ct) is not { } body) return TypedResults.BadRequest();
        if (!UserName.IsAllowed(body.Name)) return UserName.Refusal();

        await using var webhook = freshet.BeginWebhook(Name, Actor);
        var ended = await transactions.WriteAsync(() => profiles.RenameAsync(body.UserId ?? "", body.Name!, Actor, ct), change =>
        {
            if (change is not null) freshet.RevalidateTag(WorkspaceCatalog.Profile.For(change.Profile.UserId), Profile.Minutes);
        }, ct);
        await webhook.CompleteAsync();
        return ended is null ? TypedResults.NotFound() : TypedResults.Ok(ended.Profile);
    }

    private static bool Knows(HttpRequest request, string? secret) =>
        !string.IsNullOrEmpty(secret)
        // Hashes, because they are of one length: comparing the texts would take a time that tells how long the secret is.
        && CryptographicOperations.FixedTimeEquals(Hash(secret), Hash(request.Headers[SecretHeader].ToString()));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static async Task<NewName?> BodyAsync(HttpRequest request, CancellationToken ct)
    {
        try
        {
            return request.HasJsonContentType() ? await JsonSerializer.DeserializeAsync<NewName>(request.Body, JsonSerializerOptions.Web, ct) : null;
        }
        catch (Exception error) when (error is JsonException or BadHttpRequestException)
        {
            return null; // answered with 400; the message of the exception may quote the body
        }
    }

    private sealed record NewName(string? UserId, string? Name);
}
