using System.Text.Json;

namespace Freshet;

/// <summary>A raised event's members as JSON, for nodes that did not raise it: named as in <c>freshness_events</c>, in camelCase.</summary>
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

    /// <summary>The event as a JSON object; null when it is not written as one.</summary>
    /// <exception cref="Exception">Whatever a member or converter of the application throws.</exception>
    public string? Of(object value)
    {
        var text = JsonSerializer.Serialize(value, _options.GetTypeInfo(value.GetType()));
        return text.StartsWith('{') ? text : null;
    }
}
