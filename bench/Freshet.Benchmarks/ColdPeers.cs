using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using ZiggyCreatures.Caching.Fusion;

namespace Freshet.Benchmarks;

/// <summary>Caches that know tags and protect against a stampede, as Freshet does, and the ways to fill them load by load.</summary>
/// <remarks>Both in memory alone, with nobody listening to what they tell of themselves.</remarks>
internal sealed class ColdPeers : IDisposable
{
    private static readonly string[][] _tags = [.. Enumerable.Range(0, ColdLoads.Keys).Select(i => (string[])[$"account:acc_{i}", $"second:acc_{i}"])];
    private static readonly string[] _keys = [.. Enumerable.Range(0, ColdLoads.Keys).Select(i => $"account-summary:acc_{i}")];
    private static readonly HybridCacheEntryOptions _hybridOptions = new() { Expiration = TimeSpan.FromHours(1) };
    private static readonly FusionCacheEntryOptions _fusionOptions = new(TimeSpan.FromHours(1));

    private readonly ServiceProvider _services;
    private readonly HybridCache _hybrid;
    private readonly FusionCache _fusion = new(new FusionCacheOptions());

    public ColdPeers()
    {
        var services = new ServiceCollection();
        services.AddHybridCache();
        _services = services.BuildServiceProvider();
        _hybrid = _services.GetRequiredService<HybridCache>();
    }

    /// <param name="isTagged">Whether each entry has two tags of its own.</param>
    public async Task HybridCacheAsync(bool isTagged)
    {
        for (var i = 0; i < _keys.Length; i++)
        {
            await _hybrid.GetOrCreateAsync(_keys[i], _keys[i], static (key, _) => ValueTask.FromResult(new Summary(key, 42)), _hybridOptions, isTagged ? _tags[i] : null);
        }
    }

    /// <param name="isTagged">Whether each entry has two tags of its own.</param>
    public async Task FusionCacheAsync(bool isTagged)
    {
        for (var i = 0; i < _keys.Length; i++)
        {
            var key = _keys[i];
            await _fusion.GetOrSetAsync<Summary>(key, (_, _) => Task.FromResult(new Summary(key, 42)), options: _fusionOptions, tags: isTagged ? _tags[i] : null);
        }
    }

    public void Dispose()
    {
        _fusion.Dispose();
        _services.Dispose();
    }
}
