namespace Freshet.Conformance;

/// <summary>Two nodes of a cache that share what they share: what anybody's cache must offer to be put through <see cref="ConformanceTests"/>.</summary>
public interface ICachePair : IAsyncDisposable
{
    ICacheNode A { get; }

    ICacheNode B { get; }

    /// <summary>Messages to A are lost from now on, though it can ask.</summary>
    void LoseMessagesToA();

    /// <summary>A reaches nothing that is shared.</summary>
    void CutA();

    /// <summary>B reaches nothing that is shared.</summary>
    void CutB();

    /// <summary>Everything gets through again.</summary>
    void Mend();

    /// <summary>The process of B ends at once, with all it had in memory.</summary>
    Task KillBAsync();
}

/// <summary>One node of a cache.</summary>
public interface ICacheNode
{
    /// <summary>The value of a key, from the cache or by a loader.</summary>
    /// <param name="key">The key.</param>
    /// <param name="tag">A tag that the value carries.</param>
    /// <param name="load">Reads the source.</param>
    /// <param name="toleratesStale">Whether a value that was marked stale will do.</param>
    Task<int> GetAsync(string key, string tag, Func<Task<int>> load, bool toleratesStale = false);

    /// <summary>The key's value is not served again.</summary>
    Task InvalidateKeyAsync(string key);

    /// <summary>No value that carries the tag is served again.</summary>
    Task InvalidateTagAsync(string tag);

    /// <summary>Values that carry the tag may be served for a while yet, while one load replaces them.</summary>
    Task MarkStaleAsync(string tag, TimeSpan servedFor);

    /// <summary>Stores a value that was just written (write-through), and invalidates what the write outdates.</summary>
    Task SetAsync(string key, string tag, int value);

    /// <summary>Its memory loses everything; what is shared stays.</summary>
    void ForgetMemory();
}
