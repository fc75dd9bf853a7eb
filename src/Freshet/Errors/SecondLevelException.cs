namespace Freshet;

/// <summary>The second level cannot be used as it is set up. Thrown when the application starts, never to a reader.</summary>
public sealed class SecondLevelException : FreshetException
{
    private SecondLevelException(string code, string? query, string message) : base(message)
    {
        Code = code;
        Query = query;
    }

    /// <inheritdoc/>
    public override string Code { get; }

    /// <summary>The cached query it is about; null when it is about all of them.</summary>
    public string? Query { get; }

    internal static SecondLevelException NoSerializer(string query, Type type) => new(
        "no-serializer", query,
        $"Values of '{query}' cannot be stored in the second level: nothing writes {type.Name}. Set Json in SecondLevelOptions to a context that has the type, register an IHybridCacheSerializer<{type.Name}>, or declare the query with .InMemoryOnly().");
}
