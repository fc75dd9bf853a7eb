using System.Diagnostics.Metrics;
using Freshet;
using Freshet.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets several nodes share one log through Redis.</summary>
public static class FreshetBuilderRedisExtensions
{
    /// <summary>Shares the log with every node that has the same keyspace on this Redis.</summary>
    /// <param name="freshet">What <c>AddFreshet()</c> returned.</param>
    /// <param name="connectionString">Where Redis is: <c>redis-1:6379,password=...</c>. It overrides configuration.</param>
    /// <param name="configure">Sets the other options in code; they override configuration.</param>
    public static FreshetBuilder UseRedis(this FreshetBuilder freshet, string connectionString, Action<RedisOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return freshet.UseRedis(options =>
        {
            options.ConnectionString = connectionString;
            configure?.Invoke(options);
        });
    }

    /// <summary>Shares the log with every node that has the same keyspace on the Redis that the configuration section <c>Freshet:Redis</c> names, or else on the application's own registered <see cref="IConnectionMultiplexer"/>.</summary>
    /// <param name="freshet">What <c>AddFreshet()</c> returned.</param>
    /// <param name="configure">Sets options in code; they override configuration.</param>
    public static FreshetBuilder UseRedis(this FreshetBuilder freshet, Action<RedisOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(freshet);
        var services = freshet.Services;
        if (configure is not null) services.PostConfigure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<RedisOptions>, ConfigureRedisOptions>(
            provider => new ConfigureRedisOptions(provider.GetService<IConfiguration>()?.GetSection(RedisOptions.Section))));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisOptions>, RedisOptionsValidator>(
            provider => new RedisOptionsValidator(() => provider.GetRequiredService<IServiceProviderIsService>().IsService(typeof(IConnectionMultiplexer)))));
        services.TryAddSingleton(provider => new RedisCounters(provider.GetService<IMeterFactory>()));
        services.TryAddSingleton(Connection);
        services.TryAddSingleton<ILogService>(provider => new RedisLogService(
            provider.GetRequiredService<RedisConnection>(), provider.GetRequiredService<RedisCounters>(),
            LogSettings.From(provider.GetRequiredService<IOptions<FreshetOptions>>().Value, Options(provider)),
            provider.GetRequiredService<EventData>(), provider.GetRequiredService<ILogger<RedisLogService>>()));
        services.TryAddSingleton<ISecondLevel>(provider => new RedisSecondLevel(
            provider.GetRequiredService<RedisConnection>(), provider.GetRequiredService<RedisCounters>(),
            provider.GetRequiredService<IOptions<FreshetOptions>>().Value.Keyspace, provider.GetRequiredService<ILogger<RedisSecondLevel>>()));
        return freshet;
    }

    private static RedisConnection Connection(IServiceProvider provider)
    {
        var options = Options(provider);
        var counters = provider.GetRequiredService<RedisCounters>();
        var logger = provider.GetRequiredService<ILogger<RedisConnection>>();
        var time = provider.GetRequiredService<TimeProvider>();
        if (options.Connect is { } connect) return new RedisConnection(() => connect(provider), isOurs: false, time, counters, logger);
        if (options.ConnectionString is { } text) return new RedisConnection(() => ConnectAsync(text), isOurs: true, time, counters, logger);
        return new RedisConnection(() => Task.FromResult(provider.GetRequiredService<IConnectionMultiplexer>()), isOurs: false, time, counters, logger);
    }

    private static async Task<IConnectionMultiplexer> ConnectAsync(string connectionString)
    {
        var configuration = ConfigurationOptions.Parse(connectionString);
        configuration.AbortOnConnectFail = false; // it goes on trying, and so an application starts without Redis
        return await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
    }

    private static RedisOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<RedisOptions>>().Value;
}
