using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Freshet;

/// <summary>The services of operations. They can be used when somebody registers an <see cref="IOperationStore"/>.</summary>
internal static class OperationSetup
{
    public static void AddTo(IServiceCollection services, Func<IServiceProvider, IConfigurationSection?> section)
    {
        services.TryAddSingleton<IConfigureOptions<OperationOptions>>(provider => new ConfigureOperationOptions(section(provider)?.GetSection("Operations")));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OperationOptions>, OperationOptionsValidator>());
        services.TryAddSingleton(provider => new OperationCounters(provider.GetService<IMeterFactory>()));
        services.TryAddSingleton(provider => new OperationService(
            provider.GetRequiredService<IFreshet>(), provider.GetService<IOperationStore>(), provider.GetRequiredService<EventData>(),
            provider.GetRequiredService<OperationCounters>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IOperations>(provider => provider.GetRequiredService<OperationService>());
    }

    public static void AddWorkerTo(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(OperationWorker))) return;
        services.AddSingleton(provider => new OperationWorker(
            provider.GetServices<OperationHandler>(),
            new OperationParts(
                provider.GetRequiredService<IFreshet>(), provider.GetRequiredService<OperationService>().Store, provider.GetRequiredService<IServiceScopeFactory>(),
                provider.GetRequiredService<EventData>(), provider.GetRequiredService<IOptions<OperationOptions>>().Value, provider.GetRequiredService<OperationCounters>(),
                provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<OperationWorker>>())));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<OperationWorker>());
    }
}

/// <summary>Fills the options from the configuration section <c>Freshet:Operations</c>, without reflection.</summary>
internal sealed class ConfigureOperationOptions(IConfigurationSection? section) : IConfigureOptions<OperationOptions>
{
    private const string Time = "a time such as 00:00:30";

    public void Configure(OperationOptions options)
    {
        if (section is null) return;
        if (Read<TimeSpan>(nameof(options.LeaseDuration), Time) is { } lease) options.LeaseDuration = lease;
        if (Read<int>(nameof(options.MaxAttempts), "a whole number") is { } attempts) options.MaxAttempts = attempts;
        if (Read<TimeSpan>(nameof(options.RetryDelay), Time) is { } delay) options.RetryDelay = delay;
        if (Read<int>(nameof(options.MaxConcurrent), "a whole number") is { } concurrent) options.MaxConcurrent = concurrent;
        if (Read<TimeSpan>(nameof(options.PollInterval), Time) is { } poll) options.PollInterval = poll;
        if (Read<TimeSpan>(nameof(options.Retention), "a time such as 7.00:00:00") is { } retention) options.Retention = retention;
    }

    private T? Read<T>(string name, string form) where T : struct, IParsable<T>
    {
        if (section![name] is not { } text) return null;
        return T.TryParse(text, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new OptionsValidationException(OperationOptions.Section, typeof(OperationOptions), [$"{section.Path}:{name} cannot be read. Write {form}."]);
    }
}

/// <summary>Checks the options' ranges when the worker starts, all of them at once.</summary>
internal sealed class OperationOptionsValidator : IValidateOptions<OperationOptions>
{
    public ValidateOptionsResult Validate(string? name, OperationOptions options)
    {
        var faults = new List<string>();
        Check(nameof(options.LeaseDuration), options.LeaseDuration, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Check(nameof(options.MaxAttempts), options.MaxAttempts, 1, 1_000);
        Check(nameof(options.RetryDelay), options.RetryDelay, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Check(nameof(options.MaxConcurrent), options.MaxConcurrent, 1, 1_000);
        Check(nameof(options.PollInterval), options.PollInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        Check(nameof(options.Retention), options.Retention, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check<T>(string option, T value, T least, T most) where T : IComparable<T>, IFormattable
        {
            if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{OperationOptions.Section}:{option} must be from {least} to {most}."));
        }
    }
}
