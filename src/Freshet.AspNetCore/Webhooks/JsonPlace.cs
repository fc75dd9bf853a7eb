using System.Text.Json;

namespace Freshet.AspNetCore;

/// <summary>Where a value stands in a JSON object: <c>data.object.id</c>.</summary>
internal sealed class JsonPlace(string text)
{
    /// <summary>Most characters of a value that is looked up.</summary>
    public const int MostCharacters = 255;

    private readonly string[] _members = text.Split('.');

    public static bool IsOne(string? text) => !string.IsNullOrEmpty(text) && text.Split('.').All(member => member.Length > 0 && !member.Any(char.IsWhiteSpace));

    /// <summary>The text or number that stands there; null when there is none, or none that could name anything.</summary>
    public string? In(JsonElement root)
    {
        var at = root;
        foreach (var member in _members)
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(member, out at)) return null;
        }
        var value = at.ValueKind switch
        {
            JsonValueKind.String => at.GetString(),
            JsonValueKind.Number => at.GetRawText(),
            _ => null,
        };
        return value is { Length: > 0 and <= MostCharacters } && !value.Any(char.IsControl) ? value : null;
    }

    public override string ToString() => text;
}
