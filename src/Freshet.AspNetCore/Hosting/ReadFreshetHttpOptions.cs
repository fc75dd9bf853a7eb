using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Freshet.AspNetCore;

/// <summary>Puts the HTTP options together: configuration, then <c>services.Configure</c>, then <c>UseFreshet</c>. Nothing has to be registered for it.</summary>
internal static class ReadFreshetHttpOptions
{
    /// <summary>Reads and checks the options.</summary>
    /// <exception cref="OptionsValidationException">One or more are out of range; the message names them all.</exception>
    public static FreshetHttpOptions From(IServiceProvider services, Action<FreshetHttpOptions>? configure)
    {
        var options = new FreshetHttpOptions();
        var keys = services.GetService<IConfiguration>()?.GetSection(FreshetHttpOptions.Section).GetSection(nameof(options.SigningKeys));
        foreach (var key in keys?.GetChildren() ?? []) options.SigningKeys.Add(key.Value ?? "");

        foreach (var step in services.GetServices<IConfigureOptions<FreshetHttpOptions>>()) step.Configure(options);
        foreach (var step in services.GetServices<IPostConfigureOptions<FreshetHttpOptions>>()) step.PostConfigure(Options.DefaultName, options);
        configure?.Invoke(options);

        var faults = Faults(options);
        return faults.Count == 0 ? options : throw new OptionsValidationException(FreshetHttpOptions.Section, typeof(FreshetHttpOptions), faults);
    }

    // The messages name the key by its place. Never by its text, not even a part of it.
    private static List<string> Faults(FreshetHttpOptions options)
    {
        var faults = new List<string>();
        for (var i = 0; i < options.SigningKeys.Count; i++)
        {
            var place = $"{FreshetHttpOptions.Section}:{nameof(options.SigningKeys)}:{i}";
            var bytes = SigningKey.TryReadBase64(options.SigningKeys[i]);
            if (bytes is null) faults.Add($"{place} is not base64. {WayOut}");
            else if (bytes.Length < FreshetHttpOptions.MinimumKeyBytes)
                faults.Add($"{place} has {bytes.Length} bytes and needs at least {FreshetHttpOptions.MinimumKeyBytes}. {WayOut}");
            else if (options.SigningKeys.Take(i).Any(earlier => SigningKey.TryReadBase64(earlier) is { } other && other.AsSpan().SequenceEqual(bytes)))
                faults.Add($"{place} is the same key as an earlier one. Remove it.");
        }
        return faults;
    }

    private const string WayOut = "Make one with: openssl rand -base64 32";
}
