using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Freshet;

/// <summary>The services of the second level. There is one when somebody registers an <see cref="ISecondLevel"/>.</summary>
internal static class SecondLevelSetup
{
    public static void AddTo(IServiceCollection services, Func<IServiceProvider, IConfigurationSection?> section)
    {
        services.TryAddSingleton<IConfigureOptions<SecondLevelOptions>>(provider => new ConfigureSecondLevelOptions(section(provider)?.GetSection("SecondLevel")));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SecondLevelOptions>, SecondLevelOptionsValidator>());
        services.TryAddSingleton(provider => new SecondLevelMeter(
            provider.GetRequiredService<FreshetService>(), provider.GetRequiredService<ListenerFailures>(), provider.GetService<IMeterFactory>()));
    }

    /// <summary>The second level as this application uses it; null when there is none.</summary>
    public static SecondLevelAccess? AccessOf(IServiceProvider provider)
    {
        if (provider.GetService<ISecondLevel>() is not { } level) return null;
        var options = provider.GetRequiredService<IOptions<SecondLevelOptions>>().Value;
        if (!options.Enabled) return null;
        return new SecondLevelAccess(
            level, options, new PayloadSerializers(provider, options.Json), provider.GetRequiredService<IOptions<FreshetOptions>>().Value.Keyspace,
            provider.GetRequiredService<Node>().Clock, provider.GetRequiredService<ILogger<ISecondLevel>>(), provider.GetRequiredService<ListenerFailures>())
        {
            Marks = provider.GetService<IMarkFetching>() ?? (provider.GetRequiredService<FreshnessLog>() is SharedLog shared ? new SharedLogMarks(shared) : null),
        };
    }
}

/// <summary>Fills the options from the configuration section <c>Freshet:SecondLevel</c>, without reflection.</summary>
internal sealed class ConfigureSecondLevelOptions(IConfigurationSection? section) : IConfigureOptions<SecondLevelOptions>
{
    public void Configure(SecondLevelOptions options)
    {
        if (section is null) return;
        if (Read<bool>(nameof(options.Enabled), "true or false") is { } enabled) options.Enabled = enabled;
        if (Read<int>(nameof(options.CompressFrom), "a whole number of bytes") is { } compressFrom) options.CompressFrom = compressFrom;
        if (Read<int>(nameof(options.MaxPayloadBytes), "a whole number of bytes") is { } maxPayloadBytes) options.MaxPayloadBytes = maxPayloadBytes;
        if (Read<int>(nameof(options.MaxPendingStores), "a whole number") is { } maxPendingStores) options.MaxPendingStores = maxPendingStores;
        if (Read<TimeSpan>(nameof(options.StoreTimeout), "a time such as 00:00:02") is { } storeTimeout) options.StoreTimeout = storeTimeout;
        if (Read<int>(nameof(options.FailuresBeforePause), "a whole number") is { } failures) options.FailuresBeforePause = failures;
        if (Read<TimeSpan>(nameof(options.Pause), "a time such as 00:00:01") is { } pause) options.Pause = pause;
    }

    private T? Read<T>(string name, string form) where T : struct, IParsable<T>
    {
        if (section![name] is not { } text) return null;
        return T.TryParse(text, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new OptionsValidationException(SecondLevelOptions.Section, typeof(SecondLevelOptions), [$"{section.Path}:{name} cannot be read. Write {form}."]);
    }
}

/// <summary>Checks the options' ranges when the application starts, all of them at once.</summary>
internal sealed class SecondLevelOptionsValidator : IValidateOptions<SecondLevelOptions>
{
    public ValidateOptionsResult Validate(string? name, SecondLevelOptions options)
    {
        var faults = new List<string>();
        Check(nameof(options.CompressFrom), options.CompressFrom, 1, int.MaxValue);
        Check(nameof(options.MaxPayloadBytes), options.MaxPayloadBytes, 1, 67_108_864);
        Check(nameof(options.MaxPendingStores), options.MaxPendingStores, 1, 100_000);
        Check(nameof(options.StoreTimeout), options.StoreTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        Check(nameof(options.FailuresBeforePause), options.FailuresBeforePause, 1, 1_000);
        Check(nameof(options.Pause), options.Pause, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check<T>(string option, T value, T least, T most) where T : IComparable<T>
        {
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"Freshet:SecondLevel:{option} must be between {least} and {most}."));
        }
    }
}
