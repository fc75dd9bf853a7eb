using System.Text.Json;

namespace Freshet;

/// <summary>Settings of the second level: the store that nodes share behind their memory. Bound from the configuration section <c>Freshet:SecondLevel</c>, all but <see cref="Json"/>.</summary>
public sealed class SecondLevelOptions
{
    /// <summary>Name of the configuration section: <c>Freshet:SecondLevel</c>.</summary>
    public const string Section = "Freshet:SecondLevel";

    /// <summary>Whether the second level is used, where there is one. Default: true. When false every query stays in each node's memory.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Payloads of at least so many bytes are compressed with Brotli, and kept so when that makes them smaller. Default: 4,096. At least 1; <see cref="int.MaxValue"/> never compresses.</summary>
    public int CompressFrom { get; set; } = 4_096;

    /// <summary>Largest payload, in bytes before compression. Larger values are answered and kept in memory only. Default: 1,048,576. At least 1, at most 67,108,864.</summary>
    public int MaxPayloadBytes { get; set; } = 1_048_576;

    /// <summary>Most values that wait to be stored or are being stored. What comes on top is not stored, and counted. Default: 256. At least 1, at most 100,000.</summary>
    public int MaxPendingStores { get; set; } = 256;

    /// <summary>How long storing one value may take before it is given up. No reader waits for it. Default: 2 seconds. At least 1 ms, at most 1 minute.</summary>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Calls that fail or take too long in a row before the second level is left alone for a while. Default: 3. At least 1, at most 1,000.</summary>
    public int FailuresBeforePause { get; set; } = 3;

    /// <summary>How long it is left alone before one call looks whether it is back. Reads go to the source meanwhile, without waiting. Default: 1 second. At least 10 ms, at most 1 minute.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How values become JSON where no serializer is registered for their type. Default: null, the serializer's defaults. An application that is trimmed gives its context: <c>new() { TypeInfoResolver = MyContext.Default }</c>.</summary>
    /// <remarks>
    /// A serializer for a type is an <c>IHybridCacheSerializer&lt;T&gt;</c> in the services, keyed by the query's name or for all queries,
    /// or comes from an <c>IHybridCacheSerializerFactory</c>. Text and byte arrays need none. Changing this changes the shape of what
    /// is stored: raise the schema numbers, or let what is there expire.
    /// </remarks>
    public JsonSerializerOptions? Json { get; set; }
}
