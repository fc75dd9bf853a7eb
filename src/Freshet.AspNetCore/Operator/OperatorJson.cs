using System.Text.Json.Nodes;

namespace Freshet.AspNetCore;

/// <summary>How operators' answers write what they have in common.</summary>
internal static class OperatorJson
{
    /// <summary>Seconds, to the millisecond.</summary>
    public static JsonNode Seconds(TimeSpan time) => JsonValue.Create(Math.Round(time.TotalSeconds, 3));

    public static JsonNode? Seconds(TimeSpan? time) => time is { } known ? Seconds(known) : null;

    public static JsonNode? Number(long? number) => number is { } known ? JsonValue.Create(known) : null;

    public static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode?)JsonValue.Create(text))]);

    public static JsonArray Objects(IEnumerable<JsonObject> objects) => new([.. objects]);

    /// <summary><c>StaleCache</c> is <c>stale-cache</c>.</summary>
    public static string Kebab<T>(T value) where T : struct, Enum =>
        string.Concat(value.ToString().Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));
}
