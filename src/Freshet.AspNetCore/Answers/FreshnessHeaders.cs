using System.Globalization;

namespace Freshet.AspNetCore;

/// <summary>The header names of the wire contract.</summary>
public static class FreshnessHeaders
{
    /// <summary>Request and answer: the opaque position of the writer's last record.</summary>
    public const string Token = "Freshness-Token";

    /// <summary>Request: the lowest version the reader accepts from versioned queries.</summary>
    public const string MinimumVersion = "Freshness-Minimum-Version";

    /// <summary>Answer: <c>loadedAt-validAt</c>, the positions at which a read is known valid, validAt one below loadedAt when there are none; of a write, the position of its last record, twice.</summary>
    public const string Position = "Freshness-Position";

    /// <summary>Answer: short hash of the log's epoch. Positions and tag hashes of two answers may be compared only when this is the same in both.</summary>
    public const string Epoch = "Freshness-Epoch";

    /// <summary>Answer: short hashes of the tags a read depends on, or a write invalidated; <c>*</c> stands for any tag.</summary>
    public const string Tags = "Freshness-Tags";

    /// <summary>Answer: <c>false</c> when a token or minimum version could not be met in time; absent otherwise.</summary>
    public const string Satisfied = "Freshness-Satisfied";

    /// <summary>Answer: what a write raised, as a JSON array.</summary>
    public const string Events = "Freshness-Events";

    /// <summary>Answer: <c>true</c> when the log could not be reached in time, so that other nodes have yet to learn of the write and there is no token for it; absent otherwise.</summary>
    public const string Pending = "Freshness-Pending";

    /// <summary>Answer: <c>true</c> when the handler called <c>Refresh()</c>; absent otherwise.</summary>
    public const string Refresh = "Freshness-Refresh";

    /// <summary>The headers of answers, ordered by name. Browsers of another origin see them only when CORS exposes them: <c>policy.WithExposedHeaders([.. FreshnessHeaders.OfAnswers])</c>.</summary>
    public static IReadOnlyList<string> OfAnswers { get; } = [Epoch, Events, Pending, Position, Refresh, Satisfied, Tags, Token];

    /// <summary>What <see cref="Position"/> says of a read.</summary>
    internal static string PositionOf(long loadedAt, long validAt) => string.Create(CultureInfo.InvariantCulture, $"{loadedAt}-{validAt}");
}
