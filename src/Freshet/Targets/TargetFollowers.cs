using Microsoft.Extensions.DependencyInjection;

namespace Freshet;

/// <summary>The life of the followers: made after the targets they tell, so the container ends them before it ends their targets.</summary>
internal sealed class TargetFollowers : IAsyncDisposable, IDisposable
{
    private readonly CacheTargets _targets;

    private TargetFollowers(CacheTargets targets) => _targets = targets;

    /// <summary>Makes every target and starts its follower.</summary>
    /// <exception cref="CacheTargetException">A factory returned null, or asks for Freshet while Freshet is being made.</exception>
    public static TargetFollowers Start(IServiceProvider provider, StartedOnce once)
    {
        var targets = provider.GetRequiredService<CacheTargets>();
        var (node, history, time) = (provider.GetRequiredService<Node>(), provider.GetRequiredService<RecordHistory>(), provider.GetRequiredService<TimeProvider>());
        var followers = new List<TargetFollower>();
        var generation = history.Generation; // before the head: of a start in between a follower's first look is told
        var from = history.Head ?? new LogPosition(node.Applied.Position.Epoch, 0);
        foreach (var settings in targets.Settings)
        {
            if (settings.Registration.IsMemory && !settings.Options.ObserveOnly) continue; // told as part of the append
            var target = settings.Registration.IsMemory ? NoTarget.Instance : Make(provider, settings.Name, once);
            followers.Add(new TargetFollower(settings.Name, target, settings.Options, from, generation, history, time, targets.Logger));
        }
        targets.Start([.. followers]);
        var observing = targets.Settings.Where(settings => settings.Options.ObserveOnly).Select(settings => settings.Name).ToList();
        if (observing.Count > 0) targets.Logger.Observing(string.Join(", ", observing));
        return new TargetFollowers(targets);
    }

    /// <summary>Waits until the targets that keep pace have been told everything, as long as the host allows.</summary>
    public Task DrainAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_targets.Followers.Select(follower => follower.DrainAsync(cancellationToken)));

    public void Dispose()
    {
        foreach (var follower in _targets.Followers) follower.Stop();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var follower in _targets.Followers) follower.Stop();
        foreach (var follower in _targets.Followers) await follower.DisposeAsync().ConfigureAwait(false);
    }

    private static ICacheTarget Make(IServiceProvider provider, string name, StartedOnce once)
    {
        using (once.Making(name))
        {
            return provider.GetKeyedService<ICacheTarget>(name)
                ?? throw new CacheTargetException(name, CacheTargetFault.Null, $"The factory of the target '{name}' returned null. Return a target, or do not add it.");
        }
    }

    /// <summary>Notices that making a target leads back to Freshet, which would go round until the stack ends.</summary>
    internal sealed class StartedOnce
    {
        private string? _making; // services are made under their container's lock, so by one thread at a time

        public void ThrowIfMaking()
        {
            if (_making is { } name) throw CacheTargetException.OwnCache(name, "a cache that asks for IFreshet while Freshet is being made");
        }

        public IDisposable Making(string name)
        {
            _making = name;
            return new Made(this);
        }

        private sealed class Made(StartedOnce once) : IDisposable
        {
            public void Dispose() => once._making = null;
        }
    }

    /// <summary>Stands in for the links of memory caches where they only observe.</summary>
    private sealed class NoTarget : ICacheTarget
    {
        public static readonly NoTarget Instance = new();

        public ValueTask InvalidateAsync(LogRecord record, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask ResetAsync(ResetReason reason, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
