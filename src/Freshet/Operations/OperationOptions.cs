namespace Freshet;

/// <summary>How this process works off operations. Bound from the configuration section <c>Freshet:Operations</c>.</summary>
public sealed class OperationOptions
{
    /// <summary>Name of the configuration section: <c>Freshet:Operations</c>.</summary>
    public const string Section = "Freshet:Operations";

    /// <summary>How long a worker that died keeps an operation from the others. Default: 30 seconds. At least 1 second, at most 1 hour. A living one renews it at a third of that.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often an operation is begun before it is given up. Default: 5. At least 1, at most 1,000.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>How long to wait before it is tried again, the first time; each further time twice as long, up to 5 minutes. Default: 2 seconds. At least 0, at most 5 minutes.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many operations this process does at once, of all kinds together. Default: 4. At least 1, at most 1,000.</summary>
    public int MaxConcurrent { get; set; } = 4;

    /// <summary>How often the database is asked when nothing was due. Default: 500 ms. At least 10 ms, at most 1 minute.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a finished operation can still be asked for. Default: 7 days. At least 1 minute, at most 365 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);
}
