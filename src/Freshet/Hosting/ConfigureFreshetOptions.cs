using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Freshet;

/// <summary>Fills the options from the configuration section <c>Freshet</c>, without reflection.</summary>
internal sealed class ConfigureFreshetOptions(IConfigurationSection? section) : IConfigureOptions<FreshetOptions>
{
    public void Configure(FreshetOptions options)
    {
        if (section is null) return;
        if (section[nameof(options.Keyspace)] is { } keyspace) options.Keyspace = keyspace;
        if (Read(nameof(options.MaxTimeToLive)) is { } maxTimeToLive) options.MaxTimeToLive = maxTimeToLive;
        if (Read(nameof(options.SweepInterval)) is { } sweepInterval) options.SweepInterval = sweepInterval;
        if (section[nameof(options.LogRetention)] is { } retention)
            options.LogRetention = int.TryParse(retention, CultureInfo.InvariantCulture, out var records) ? records : throw Unreadable(nameof(options.LogRetention), "a whole number");
        if (section[nameof(options.MaxEntries)] is { } maxEntries)
            options.MaxEntries = int.TryParse(maxEntries, CultureInfo.InvariantCulture, out var entries) ? entries : throw Unreadable(nameof(options.MaxEntries), "a whole number");
        if (section[nameof(options.MaxBytes)] is { } maxBytes)
            options.MaxBytes = long.TryParse(maxBytes, CultureInfo.InvariantCulture, out var bytes) ? bytes : throw Unreadable(nameof(options.MaxBytes), "a whole number of bytes");
    }

    private TimeSpan? Read(string name)
    {
        if (section![name] is not { } text) return null;
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : throw Unreadable(name, "a time such as 00:02:00 or 1.00:00:00");
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
