using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Freshet;

/// <summary>A target as it was added to the builder.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsMemory">Whether it stands for the links of foreign memory caches, which have no <see cref="ICacheTarget"/>.</param>
/// <param name="Configure">Sets options in code.</param>
internal sealed record CacheTargetRegistration(string Name, bool IsMemory, Action<CacheTargetOptions>? Configure);

/// <summary>A target with its options in force.</summary>
internal sealed record TargetSettings(CacheTargetRegistration Registration, CacheTargetOptions Options)
{
    private const string Section = "Targets";

    public string Name => Registration.Name;

    /// <summary>Puts configuration and code together for every target.</summary>
    /// <exception cref="CacheTargetException">An option cannot be read or is out of range, or configuration names a target that was not added.</exception>
    public static IReadOnlyList<TargetSettings> Read(IEnumerable<CacheTargetRegistration> registrations, FreshetOptions all, IConfigurationSection? section)
    {
        var targets = section?.GetSection(Section);
        var settings = registrations.Select(registration => Read(registration, all, targets?.GetSection(registration.Name))).ToList();
        // A misspelt name would leave its target live where somebody believes it only observes.
        foreach (var child in targets?.GetChildren() ?? [])
        {
            if (!settings.Exists(each => string.Equals(each.Name, child.Key, StringComparison.OrdinalIgnoreCase)))
                throw Fault(child.Key, $"Freshet:Targets:{child.Key} names no target. There are: {string.Join(", ", settings.Select(each => each.Name))}.");
        }
        return settings;
    }

    private static TargetSettings Read(CacheTargetRegistration registration, FreshetOptions all, IConfigurationSection? section)
    {
        var options = new CacheTargetOptions();
        if (Value<bool>(section, nameof(options.ObserveOnly), "true or false") is { } observeOnly) options.ObserveOnly = observeOnly;
        if (Value<TimeSpan>(section, nameof(options.AnswerWait), "a time such as 00:00:00.1") is { } answerWait) options.AnswerWait = answerWait;
        if (Value<TimeSpan>(section, nameof(options.CallTimeout), "a time such as 00:00:10") is { } callTimeout) options.CallTimeout = callTimeout;
        if (Value<int>(section, nameof(options.MaxAttempts), "a whole number") is { } attempts) options.MaxAttempts = attempts;
        if (Value<bool>(section, nameof(options.ResetOnStart), "true or false") is { } resetOnStart) options.ResetOnStart = resetOnStart;
        // Whoever says that nothing is to be changed is heard, wherever it is said.
        var observed = options.ObserveOnly || all.ObserveOnly;
        registration.Configure?.Invoke(options);
        options.ObserveOnly |= observed;
        var faults = options.Faults(registration.Name).ToList();
        return faults.Count == 0 ? new TargetSettings(registration, options) : throw Fault(registration.Name, string.Join(" ", faults));
    }

    private static T? Value<T>(IConfigurationSection? section, string name, string form) where T : struct, IParsable<T>
    {
        if (section?[name] is not { } text) return null;
        return T.TryParse(text, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Fault(section.Key, $"Freshet:Targets:{section.Key}:{name} cannot be read. Write {form}.");
    }

    private static CacheTargetException Fault(string target, string message) => new(target, CacheTargetFault.InvalidOptions, message);
}
