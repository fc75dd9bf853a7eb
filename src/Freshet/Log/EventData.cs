using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Freshet;

/// <summary>A raised event's members as JSON, for whoever did not raise it: named as in <c>freshness_events</c>, in camelCase.</summary>
internal sealed class EventData
{
    private readonly JsonSerializerOptions _options;

    /// <summary>Writes with an application's converters and type information, but always in camelCase and on one line.</summary>
    public EventData(JsonSerializerOptions application) => _options = new JsonSerializerOptions(application)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        ReferenceHandler = null,
        WriteIndented = false,
    };

    public static EventData From(FreshetOptions options) => new(options.EventJson ?? ByReflection());

    /// <summary>The event as a JSON object; null when it is not written as one.</summary>
    /// <exception cref="Exception">Whatever a member or converter of the application throws.</exception>
    public string? Of(object value)
    {
        var text = JsonSerializer.Serialize(value, _options.GetTypeInfo(value.GetType()));
        return text.StartsWith('{') ? text : null;
    }

    /// <summary>Any value as JSON.</summary>
    /// <exception cref="Exception">Whatever a member or converter of the application throws.</exception>
    public string Write(object value) => JsonSerializer.Serialize(value, _options.GetTypeInfo(value.GetType()));

    /// <summary>The event that JSON tells of; null when it tells of none.</summary>
    /// <exception cref="Exception">It does not fit the type, or whatever a converter of the application throws.</exception>
    public object? Read(string json, Type type) => JsonSerializer.Deserialize(json, _options.GetTypeInfo(type));

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Off in a trimmed application, which sets FreshetOptions.EventJson or sends its events' names alone.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Off in an application compiled ahead of time.")]
    private static JsonSerializerOptions ByReflection() =>
        new(JsonSerializerDefaults.Web) { TypeInfoResolver = JsonSerializer.IsReflectionEnabledByDefault ? new DefaultJsonTypeInfoResolver() : JsonTypeInfoResolver.Combine() };
}
