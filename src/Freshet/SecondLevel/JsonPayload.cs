using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Caching.Hybrid;

namespace Freshet;

/// <summary>Values as JSON, where nobody registered a serializer for their type.</summary>
internal sealed class JsonPayload<T>(JsonTypeInfo<T> type) : IHybridCacheSerializer<T>
{
    public T Deserialize(ReadOnlySequence<byte> source)
    {
        var reader = new Utf8JsonReader(source);
        return JsonSerializer.Deserialize(ref reader, type)!;
    }

    public void Serialize(T value, IBufferWriter<byte> target)
    {
        using var writer = new Utf8JsonWriter(target);
        JsonSerializer.Serialize(writer, value, type);
    }
}

/// <summary>Where the JSON shape of a type comes from.</summary>
internal static class JsonPayload
{
    /// <summary>A type's shape; null when there is none: the application is trimmed and gave no context for it.</summary>
    public static JsonTypeInfo<T>? ShapeOf<T>(JsonSerializerOptions? given)
    {
        var options = given ?? Defaults();
        return options is not null && options.TryGetTypeInfo(typeof(T), out var shape) ? (JsonTypeInfo<T>)shape : null;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only where reflection is on: an application that is trimmed switches it off, or gives its context.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only where reflection is on, which compiling ahead of time switches off.")]
    private static JsonSerializerOptions? Defaults() => JsonSerializer.IsReflectionEnabledByDefault ? JsonSerializerOptions.Default : null;
}
