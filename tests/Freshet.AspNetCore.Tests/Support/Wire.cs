using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Freshet.AspNetCore.Tests;

/// <summary>What tests say and read on the wire.</summary>
public static class Wire
{
    /// <summary>A key of configuration, the same in every test that needs to predict hashes and tokens.</summary>
    public static readonly string Key = Convert.ToBase64String([.. Enumerable.Range(1, 32).Select(number => (byte)number)]);

    public static readonly string OtherKey = Convert.ToBase64String([.. Enumerable.Range(101, 32).Select(number => (byte)number)]);

    public static void UseKey(WebApplicationBuilder builder) => builder.Configuration["Freshet:Http:SigningKeys:0"] = Key;

    internal static KeyRing Ring(params string[] keys)
    {
        var options = new FreshetHttpOptions();
        foreach (var key in keys) options.SigningKeys.Add(key);
        return KeyRing.From(options);
    }

    internal static TokenCodec Codec(params string[] keys) => new(Ring(keys));

    public static string Hash(Tag tag) => new TagHasher(Ring(Key)).Hash(tag);

    internal static EventJson Events(System.Text.Json.JsonSerializerOptions options) => new(options, NullLogger.Instance);

    public static string? Header(this HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    public static string[] Hashes(this HttpResponseMessage answer) => answer.Header(FreshnessHeaders.Tags)?.Split(' ') ?? [];

    public static string? Cookie(this HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.SingleOrDefault(cookie => cookie.StartsWith("freshness-token=", StringComparison.Ordinal)) : null;

    public static async Task<JsonObject> JsonAsync(this HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();

    public static async Task<HttpResponseMessage> SendAsync(
        this HttpClient client, HttpMethod method, string path, string? token = null, string? cookie = null, string? minimumVersion = null, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null) request.Headers.TryAddWithoutValidation(FreshnessHeaders.Token, token);
        if (cookie is not null) request.Headers.TryAddWithoutValidation("Cookie", $"freshness-token={cookie}");
        if (minimumVersion is not null) request.Headers.TryAddWithoutValidation(FreshnessHeaders.MinimumVersion, minimumVersion);
        return await client.SendAsync(request);
    }

    public static Task<HttpResponseMessage> ReadAsync(this HttpClient client, string path, string? token = null, string? cookie = null, string? minimumVersion = null) =>
        client.SendAsync(HttpMethod.Get, path, token, cookie, minimumVersion);

    public static Task<HttpResponseMessage> WriteAsync(this HttpClient client, string path, HttpContent? content = null, string? cookie = null) =>
        client.SendAsync(HttpMethod.Post, path, cookie: cookie, content: content);

    public static StringContent Body(string json) => new(json, MediaTypeHeaderValue.Parse("application/json"));
}
