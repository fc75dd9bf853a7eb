using System.Text.Json;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet;

/// <summary>Finds the serializer of a query's values.</summary>
internal sealed class PayloadSerializers(IServiceProvider services, JsonSerializerOptions? json)
{
    /// <summary>The first there is: one registered under the query's name, one for the type, a factory's (the last registered first), and else text and bytes as they are and JSON.</summary>
    /// <param name="query">Name of the query.</param>
    /// <param name="isOwn">Whether it is ours rather than one that the application registered.</param>
    /// <exception cref="SecondLevelException">Nothing can write the type.</exception>
    public IHybridCacheSerializer<T> For<T>(string query, out bool isOwn)
    {
        isOwn = false;
        if (services is IKeyedServiceProvider keyed && keyed.GetKeyedService(typeof(IHybridCacheSerializer<T>), query) is IHybridCacheSerializer<T> named) return named;
        if (services.GetService<IHybridCacheSerializer<T>>() is { } typed) return typed;
        foreach (var factory in services.GetServices<IHybridCacheSerializerFactory>().Reverse())
        {
            if (factory.TryCreateSerializer<T>(out var made)) return made;
        }
        isOwn = true;
        if (typeof(T) == typeof(string)) return (IHybridCacheSerializer<T>)(object)new TextPayload();
        if (typeof(T) == typeof(byte[])) return (IHybridCacheSerializer<T>)(object)new BytesPayload();
        return JsonPayload.ShapeOf<T>(json) is { } shape ? new JsonPayload<T>(shape) : throw SecondLevelException.NoSerializer(query, typeof(T));
    }
}
