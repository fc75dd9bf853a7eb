using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Freshet;

/// <summary>Fills the options from the configuration section <c>Freshet</c>, without reflection.</summary>
internal sealed class ConfigureFreshetOptions(IConfigurationSection? section) : IConfigureOptions<FreshetOptions>
{
    private const string Time = "a time such as 00:02:00 or 1.00:00:00";

    public void Configure(FreshetOptions options)
    {
        if (section is null) return;
        if (section[nameof(options.Keyspace)] is { } keyspace) options.Keyspace = keyspace;
        if (Read<TimeSpan>(nameof(options.MaxTimeToLive), Time) is { } maxTimeToLive) options.MaxTimeToLive = maxTimeToLive;
        if (Read<TimeSpan>(nameof(options.SweepInterval), Time) is { } sweepInterval) options.SweepInterval = sweepInterval;
        if (Read<int>(nameof(options.LogRetention), "a whole number") is { } logRetention) options.LogRetention = logRetention;
        if (Read<int>(nameof(options.MaxEntries), "a whole number") is { } maxEntries) options.MaxEntries = maxEntries;
        if (Read<long>(nameof(options.MaxBytes), "a whole number of bytes") is { } maxBytes) options.MaxBytes = maxBytes;
        if (Read<bool>(nameof(options.ObserveOnly), "true or false") is { } observeOnly) options.ObserveOnly = observeOnly;
    }

    private T? Read<T>(string name, string form) where T : struct, IParsable<T>
    {
        if (section![name] is not { } text) return null;
        return T.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : throw Unreadable(name, form);
    }

    private static OptionsValidationException Unreadable(string name, string form) =>
        new(FreshetOptions.Section, typeof(FreshetOptions), [$"Freshet:{name} cannot be read. Write {form}."]);
}

/// <summary>Checks the options' ranges when the application starts, all of them at once.</summary>
internal sealed class FreshetOptionsValidator : IValidateOptions<FreshetOptions>
{
    public ValidateOptionsResult Validate(string? name, FreshetOptions options)
    {
        var faults = new List<string>();
        if (!Declaration.IsName(options.Keyspace)) faults.Add("Freshet:Keyspace must be 1 to 128 letters, digits, '-' or '.'.");
        Check(nameof(options.MaxTimeToLive), options.MaxTimeToLive, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30));
        Check(nameof(options.SweepInterval), options.SweepInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        if (options.LogRetention < 1) faults.Add("Freshet:LogRetention must be at least 1.");
        if (options.MaxEntries < 1) faults.Add("Freshet:MaxEntries must be at least 1.");
        if (options.MaxBytes < FreshetOptions.LeastMaxBytes) faults.Add($"Freshet:MaxBytes must be at least {FreshetOptions.LeastMaxBytes}, or left out.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(string option, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most) faults.Add($"Freshet:{option} must be between {least} and {most}.");
        }
    }
}
