namespace Freshet;

/// <summary>Settings of Freshet as a <c>HybridCache</c>.</summary>
public sealed class FreshetHybridCacheOptions
{
    /// <summary>How long a value lives when its caller gives no expiration. Default: 5 minutes. Never longer than <see cref="FreshetOptions.MaxTimeToLive"/>, whatever a caller gives.</summary>
    public TimeSpan DefaultExpiration { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a caller's factory may take; then its readers get a <see cref="LoadTimeoutException"/>. Default: 5 minutes.</summary>
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromMinutes(5);

    internal void Validate()
    {
        if (DefaultExpiration <= TimeSpan.Zero) throw Refused(nameof(DefaultExpiration));
        if (LoadTimeout <= TimeSpan.Zero) throw Refused(nameof(LoadTimeout));
    }

    private static Microsoft.Extensions.Options.OptionsValidationException Refused(string name) =>
        new(nameof(FreshetHybridCacheOptions), typeof(FreshetHybridCacheOptions), [$"{nameof(FreshetHybridCacheOptions)}.{name} must be more than zero. Leave it out for the default."]);
}
