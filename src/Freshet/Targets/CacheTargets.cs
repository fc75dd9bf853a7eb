using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>The caches that the log drives beside Freshet's own store.</summary>
/// <remarks>
/// Two ways lead to them. The links of foreign memory caches are told as part of the append, under the log's gate: that costs a write
/// per tag and runs no foreign code. Every other target has a follower of its own, and an action's answer waits for it a bounded time.
/// </remarks>
internal sealed class CacheTargets
{
    private readonly Node _node;
    private readonly RecordHistory _history;
    private volatile TargetFollower[] _followers = [];

    public CacheTargets(
        IEnumerable<CacheTargetRegistration> registrations, FreshetOptions options, IConfigurationSection? section,
        Node node, RecordHistory history, ILogger<CacheTargets> logger)
    {
        _node = node;
        _history = history;
        Settings = TargetSettings.Read(registrations, options, section);
        Logger = logger;
        if (Settings.FirstOrDefault(settings => settings.Registration.IsMemory) is not { } memory) return;
        MemoryName = memory.Name;
        Links = new TagLinks(node, history, memory.Options.ObserveOnly, MemoryCounters, logger);
    }

    public IReadOnlyList<TargetSettings> Settings { get; }

    public ILogger Logger { get; }

    /// <summary>Links between entries of foreign memory caches and tags; null without <c>DriveMemoryCache()</c>.</summary>
    public TagLinks? Links { get; }

    public string? MemoryName { get; }

    public TargetCounters MemoryCounters { get; } = new();

    public IReadOnlyList<TargetFollower> Followers => _followers;

    /// <summary>The position this node has applied: where a load begins.</summary>
    public LogPosition Position => _node.Applied.Position;

    /// <summary>Whether any of some tags was invalidated after a position. Unknown counts as yes.</summary>
    public bool IsInvalidatedSince(LogPosition captured, Func<Tag, bool> isMeant) => _history.IsInvalidatedSince(captured, Position, isMeant);

    /// <summary>Tells what is told as part of an append. The caller holds the log's gate.</summary>
    public void Apply(LogRecord record) => Links?.Apply(record);

    /// <summary>Outdates what is linked: records were missed for good, or another log has begun. Followers learn of it from the history. The caller holds the log's gate.</summary>
    public void StartOver(Epoch epoch) => Links?.StartOver(epoch);

    public void Start(TargetFollower[] followers)
    {
        foreach (var follower in followers) follower.Start();
        _followers = followers;
    }

    /// <summary>Completes when every target that keeps pace has applied a position, or has had its time.</summary>
    public ValueTask WhenAppliedAsync(LogPosition position)
    {
        var followers = _followers;
        if (followers.Length == 0) return ValueTask.CompletedTask;
        // Asked all at once, so that the waits run side by side and the longest one counts.
        var waits = Array.ConvertAll(followers, follower => follower.WhenAppliedAsync(position));
        return Array.TrueForAll(waits, wait => wait.IsCompletedSuccessfully) ? ValueTask.CompletedTask : new ValueTask(Task.WhenAll(waits));
    }
}
