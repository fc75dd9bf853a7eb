namespace Freshet;

/// <summary>Settings of a log that several nodes share. Bound from the configuration section <c>Freshet:SharedLog</c>; without a shared log they mean nothing.</summary>
/// <remarks>Every node of a keyspace must use the same <see cref="LeaseDuration"/> and <see cref="LeaseMargin"/>: a writer waits for other nodes' leases by its own.</remarks>
public sealed class SharedLogOptions
{
    /// <summary>What people call this node, in logs, metrics and pages. Default: null, the machine's name and the process id.</summary>
    public string? NodeName { get; set; }

    /// <summary>How long a read lease lasts, counted from before it was asked for. Default: 2 seconds. At least 50 ms, at most 1 minute.</summary>
    /// <remarks>The longest a write waits for a node that died or was cut off.</remarks>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>What is allowed for clocks that run at different speeds, and for how far this machine's two clocks may disagree. Default: 250 ms. At least 10 ms, at most <see cref="LeaseDuration"/>.</summary>
    public TimeSpan LeaseMargin { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often the node asks the log what is new and renews its lease, whatever it is told in between. Default: 500 ms. At least 10 ms, at most half of <see cref="LeaseDuration"/>.</summary>
    public TimeSpan ExchangeInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long one exchange may take before the log counts as away. Default: 1 second. At least 10 ms, at most 1 minute.</summary>
    public TimeSpan ExchangeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an action waits for the log to take its records before it answers that they are pending. Default: 2 seconds. At least 10 ms, at most 1 minute.</summary>
    public TimeSpan AppendTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Most records read in one step while catching up. Default: 2,000. At least 1.</summary>
    public int MaxRecordsPerExchange { get; set; } = 2_000;

    /// <summary>How long a lease, and whatever its clock may be off, can outlive the moment it was granted.</summary>
    internal TimeSpan FullLease => LeaseDuration + LeaseMargin;

    internal string Name => NodeName ?? $"{Environment.MachineName}:{Environment.ProcessId}";

    internal void Check(List<string> faults)
    {
        Between(nameof(LeaseDuration), LeaseDuration, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1));
        Between(nameof(LeaseMargin), LeaseMargin, TimeSpan.FromMilliseconds(10), LeaseDuration);
        Between(nameof(ExchangeInterval), ExchangeInterval, TimeSpan.FromMilliseconds(10), LeaseDuration / 2);
        Between(nameof(ExchangeTimeout), ExchangeTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        Between(nameof(AppendTimeout), AppendTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        if (MaxRecordsPerExchange < 1) faults.Add("Freshet:SharedLog:MaxRecordsPerExchange must be at least 1.");

        void Between(string option, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most) faults.Add($"Freshet:SharedLog:{option} must be between {least} and {most}.");
        }
    }
}
