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
        if (Read<TimeSpan>(nameof(options.HoldLimit), Time) is { } holdLimit) options.HoldLimit = holdLimit;
        ConfigureWarnings(options.Warnings);
        ConfigureSharedLog(options.SharedLog);
    }

    private void ConfigureSharedLog(SharedLogOptions shared)
    {
        if (section![Name(nameof(shared.NodeName))] is { } nodeName) shared.NodeName = nodeName;
        if (Read<TimeSpan>(Name(nameof(shared.LeaseDuration)), Time) is { } duration) shared.LeaseDuration = duration;
        if (Read<TimeSpan>(Name(nameof(shared.LeaseMargin)), Time) is { } margin) shared.LeaseMargin = margin;
        if (Read<TimeSpan>(Name(nameof(shared.ExchangeInterval)), Time) is { } interval) shared.ExchangeInterval = interval;
        if (Read<TimeSpan>(Name(nameof(shared.ExchangeTimeout)), Time) is { } exchange) shared.ExchangeTimeout = exchange;
        if (Read<TimeSpan>(Name(nameof(shared.AppendTimeout)), Time) is { } append) shared.AppendTimeout = append;
        if (Read<int>(Name(nameof(shared.MaxRecordsPerExchange)), "a whole number") is { } most) shared.MaxRecordsPerExchange = most;

        static string Name(string option) => $"{nameof(FreshetOptions.SharedLog)}:{option}";
    }

    private void ConfigureWarnings(FreshetWarningOptions warnings)
    {
        if (Read<double>(Name(nameof(warnings.BroadTagShare)), "a number such as 0.25") is { } broadTagShare) warnings.BroadTagShare = broadTagShare;
        if (Read<int>(Name(nameof(warnings.BroadTagLeastEntries)), "a whole number") is { } leastEntries) warnings.BroadTagLeastEntries = leastEntries;
        if (Read<double>(Name(nameof(warnings.MinHitRate)), "a number such as 0.01") is { } minHitRate) warnings.MinHitRate = minHitRate;
        if (Read<int>(Name(nameof(warnings.MinRequests)), "a whole number") is { } minRequests) warnings.MinRequests = minRequests;
        if (Read<int>(Name(nameof(warnings.UncarriedInvalidations)), "a whole number") is { } uncarried) warnings.UncarriedInvalidations = uncarried;
        if (Read<TimeSpan>(Name(nameof(warnings.UnraisedAfter)), Time) is { } unraisedAfter) warnings.UnraisedAfter = unraisedAfter;

        static string Name(string option) => $"{nameof(FreshetOptions.Warnings)}:{option}";
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
        Check(nameof(options.HoldLimit), options.HoldLimit, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        if (options.LogRetention < 1) faults.Add("Freshet:LogRetention must be at least 1.");
        if (options.MaxEntries < 1) faults.Add("Freshet:MaxEntries must be at least 1.");
        if (options.MaxBytes < FreshetOptions.LeastMaxBytes) faults.Add($"Freshet:MaxBytes must be at least {FreshetOptions.LeastMaxBytes}, or left out.");
        CheckWarnings(options.Warnings, faults);
        options.SharedLog.Check(faults);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(string option, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most) faults.Add($"Freshet:{option} must be between {least} and {most}.");
        }
    }

    private static void CheckWarnings(FreshetWarningOptions warnings, List<string> faults)
    {
        // Written so that NaN is refused too.
        if (!(warnings.BroadTagShare is > 0 and <= 1)) faults.Add("Freshet:Warnings:BroadTagShare must be above 0 and at most 1, which never warns.");
        if (!(warnings.MinHitRate is >= 0 and < 1)) faults.Add("Freshet:Warnings:MinHitRate must be at least 0, which never warns, and below 1.");
        if (warnings.BroadTagLeastEntries < 1) faults.Add("Freshet:Warnings:BroadTagLeastEntries must be at least 1.");
        if (warnings.MinRequests < 1) faults.Add("Freshet:Warnings:MinRequests must be at least 1.");
        if (warnings.UncarriedInvalidations < 1) faults.Add("Freshet:Warnings:UncarriedInvalidations must be at least 1.");
        if (warnings.UnraisedAfter < TimeSpan.FromSeconds(1)) faults.Add("Freshet:Warnings:UnraisedAfter must be at least 00:00:01.");
    }
}
