using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Freshet;

/// <summary>The members of an event's record as JSON names them.</summary>
internal static class EventMembers
{
    [UnconditionalSuppressMessage("Trimming", "IL2090",
        Justification = "A property is trimmed only when nothing reads it, a JSON contract included; then it does not reach the wire and does not belong in this list.")]
    public static IReadOnlyList<string> Of<T>() =>
        [.. typeof(T).GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
            .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always })
            .Select(property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name))
            .Order(StringComparer.Ordinal)];
}
