using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;

namespace Freshet.Tests;

/// <summary>Configuration in memory that reloads when told, and from which keys can be taken out again.</summary>
internal sealed class ReloadableConfiguration : IConfigurationSource
{
    private readonly Source _source = new();
    private readonly Lazy<IConfigurationRoot> _root;

    public ReloadableConfiguration() => _root = new(() => new ConfigurationBuilder().Add(this).Build());

    public IConfigurationRoot Root => _root.Value;

    public string? this[string key]
    {
        set => _source.Values[key] = value;
    }

    public void Remove(string key) => _source.Values.TryRemove(key, out _).ShouldBeTrue();

    public void Reload() => Root.Reload();

    public IConfigurationProvider Build(IConfigurationBuilder builder) => _source;

    private sealed class Source : ConfigurationProvider
    {
        public ConcurrentDictionary<string, string?> Values { get; } = new(StringComparer.OrdinalIgnoreCase);

        public override void Load() => Data = new Dictionary<string, string?>(Values, StringComparer.OrdinalIgnoreCase);
    }
}
