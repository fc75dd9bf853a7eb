using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;

namespace Freshet.AspNetCore;

/// <summary>The shapes of a catalog's events, arguments and values as JSON schemas, by the name the export gives their types: what a client's types are generated from.</summary>
/// <param name="application">The JSON options that the application's endpoints answer with.</param>
internal sealed class CatalogSchemas(JsonSerializerOptions application)
{
    // Numbers that may be read from text too would all be "string or number", and the exporter says of each reference that it may be null
    // unless it is told otherwise.
    private static readonly JsonSchemaExporterOptions _exporter = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = AsWritten };

    private readonly JsonSerializerOptions _answers = Strict(application, application.PropertyNamingPolicy);
    private readonly JsonSerializerOptions _events = Strict(application, JsonNamingPolicy.CamelCase); // as answers and frames carry them

    /// <summary>Writes them as the member <c>schemas</c>, ordered by name.</summary>
    public void Write(Utf8JsonWriter json, CatalogModel catalog)
    {
        var types = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var declared in catalog.Events) Add(types, declared.Declaration.Type, _events);
        foreach (var declared in catalog.Queries)
        {
            Add(types, declared.Declaration.ArgumentsType, _answers);
            Add(types, declared.Declaration.ValueType, _answers);
        }
        json.WritePropertyName("schemas");
        json.WriteStartObject();
        foreach (var (name, schema) in types)
        {
            json.WritePropertyName(name);
            schema.WriteTo(json);
        }
        json.WriteEndObject();
    }

    private static void Add(SortedDictionary<string, JsonNode> types, Type type, JsonSerializerOptions options)
    {
        var name = TypeText.Of(type);
        if (types.ContainsKey(name)) return;
        try
        {
            types.Add(name, options.GetJsonSchemaAsNode(type, _exporter));
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException)
        {
            // A type that JSON cannot write reaches no browser: the client's type for it is unknown.
        }
    }

    // What a client reads is what the getter gives. Of a property that nothing sets, the exporter takes null for possible.
    private static JsonNode AsWritten(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (context.PropertyInfo is { IsGetNullable: false } && schema is JsonObject { } members && members["type"] is JsonArray types)
        {
            var others = types.Select(type => type!.GetValue<string>()).Where(type => type != "null").ToArray();
            members["type"] = others.Length == 1 ? others[0] : new JsonArray([.. others.Select(type => JsonValue.Create(type))]);
        }
        return schema;
    }

    private static JsonSerializerOptions Strict(JsonSerializerOptions application, JsonNamingPolicy? naming)
    {
        var options = new JsonSerializerOptions(application) { NumberHandling = JsonNumberHandling.Strict, PropertyNamingPolicy = naming, ReferenceHandler = null };
        options.MakeReadOnly(); // with the resolver that the application has
        return options;
    }
}
