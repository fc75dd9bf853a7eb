using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Benchmarks;

/// <summary>Empty caches, and the ways to fill them load by load.</summary>
internal sealed class ColdLoads(bool isListenedTo = true) : IDisposable
{
    public const int Keys = 20_000;

    private static readonly string[] _keys = [.. Enumerable.Range(0, Keys).Select(i => $"acc_{i}")];
    private static readonly string[] _memoryKeys = [.. Enumerable.Range(0, Keys).Select(i => $"account-summary:acc_{i}")];
    private readonly BenchApp _app = new(isListenedTo);
    private readonly MemoryCache _memory = new(new MemoryCacheOptions());
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();

    private ColdPeers? _peers;

    public ColdPeers Peers => _peers ??= new();

    public async Task MemoryCacheAsync()
    {
        foreach (var key in _memoryKeys)
        {
            await _memory.GetOrCreateAsync(key, entry =>
            {
                entry.AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1);
                return Task.FromResult(new Summary((string)entry.Key, 42));
            });
        }
    }

    public async Task MemoryCacheWithScopeAsync()
    {
        var scopes = _services.GetRequiredService<IServiceScopeFactory>();
        foreach (var key in _memoryKeys)
        {
            await _memory.GetOrCreateAsync(key, async entry =>
            {
                entry.AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1);
                await using var scope = scopes.CreateAsyncScope();
                return new Summary((string)entry.Key, 42);
            });
        }
    }

    public async Task MemoryCacheYieldingAsync()
    {
        foreach (var key in _memoryKeys)
        {
            await _memory.GetOrCreateAsync(key, async entry =>
            {
                entry.AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1);
                await Task.Yield();
                return new Summary((string)entry.Key, 42);
            });
        }
    }

    public async Task MemoryCacheAskingAsync()
    {
        foreach (var key in _memoryKeys)
        {
            await _memory.GetOrCreateAsync(key, entry =>
            {
                entry.AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1);
                return ColdSource.AskAsync((string)entry.Key);
            });
        }
    }

    public async Task FreshetAsync(CachedQuery<string, Summary> query)
    {
        foreach (var key in _keys) await _app.Freshet.ReadAsync(query, key);
    }

    public void Dispose()
    {
        _app.Dispose();
        _memory.Dispose();
        _peers?.Dispose();
        _services.Dispose();
    }
}
