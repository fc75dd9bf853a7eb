using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Freshet.AspNetCore;

/// <summary>What a webhook's options come to, checked. Replaced as a whole.</summary>
internal sealed record WebhookSettings(
    IReadOnlyList<byte[]> Keys, TimeSpan Tolerance, int MaxBodyBytes, string SignatureHeader, JsonPlace EventId, JsonPlace EventType);

/// <summary>The settings of one webhook, followed while its configuration changes. Nothing has to be registered for it.</summary>
internal sealed class WebhookSettingsSource
{
    private readonly string _name;
    private readonly IServiceProvider _services;
    private readonly Action<WebhookOptions>? _configure;
    private readonly ILogger _logger;
    private readonly List<IDisposable> _subscriptions = []; // kept alive with the endpoint
    private volatile WebhookSettings _current;

    /// <summary>Reads and checks the options, and follows their changes.</summary>
    /// <exception cref="OptionsValidationException">One or more are missing or out of range; the message names them all.</exception>
    public WebhookSettingsSource(string name, IServiceProvider services, Action<WebhookOptions>? configure, ILogger logger)
    {
        _name = name;
        _services = services;
        _configure = configure;
        _logger = logger;
        _current = Read();
        if (services.GetService<IConfiguration>() is { } configuration) _subscriptions.Add(ChangeToken.OnChange(configuration.GetReloadToken, Reload));
        foreach (var source in services.GetServices<IOptionsChangeTokenSource<WebhookOptions>>())
        {
            if (source.Name is null || source.Name == name) _subscriptions.Add(ChangeToken.OnChange(source.GetChangeToken, Reload));
        }
        // What changed after it was read above, and before it was followed, told nobody.
        if (_subscriptions.Count > 0) Reload();
    }

    public WebhookSettings Current => _current;

    private void Reload()
    {
        try
        {
            _current = Read();
        }
        catch (OptionsValidationException refused)
        {
            _logger.SettingsRefused(_name, string.Join(" ", refused.Failures));
        }
    }

    private WebhookSettings Read()
    {
        var options = new WebhookOptions();
        var section = _services.GetService<IConfiguration>()?.GetSection(WebhookOptions.Section).GetSection(_name);
        var faults = new List<string>();
        if (section is not null) Bind(section, options, faults);
        foreach (var step in _services.GetServices<IConfigureOptions<WebhookOptions>>())
        {
            if (step is IConfigureNamedOptions<WebhookOptions> named) named.Configure(_name, options);
        }
        foreach (var step in _services.GetServices<IPostConfigureOptions<WebhookOptions>>()) step.PostConfigure(_name, options);
        _configure?.Invoke(options);

        Check(options, faults);
        return faults.Count > 0
            ? throw new OptionsValidationException(_name, typeof(WebhookOptions), faults)
            : new WebhookSettings(
                [.. options.Secrets.Select(Encoding.UTF8.GetBytes)], options.Tolerance, options.MaxBodyBytes, options.SignatureHeader,
                new JsonPlace(options.EventIdPath), new JsonPlace(options.EventTypePath));
    }

    private void Bind(IConfigurationSection section, WebhookOptions options, List<string> faults)
    {
        foreach (var secret in section.GetSection(nameof(options.Secrets)).GetChildren()) options.Secrets.Add(secret.Value ?? "");
        if (section[nameof(options.Tolerance)] is { } tolerance)
        {
            if (TimeSpan.TryParse(tolerance, CultureInfo.InvariantCulture, out var read)) options.Tolerance = read;
            else faults.Add($"{Place(nameof(options.Tolerance))} cannot be read. Write a time such as 00:05:00.");
        }
        if (section[nameof(options.MaxBodyBytes)] is { } bytes)
        {
            if (int.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var read)) options.MaxBodyBytes = read;
            else faults.Add($"{Place(nameof(options.MaxBodyBytes))} cannot be read. Write a whole number of bytes.");
        }
        options.SignatureHeader = section[nameof(options.SignatureHeader)] ?? options.SignatureHeader;
        options.EventIdPath = section[nameof(options.EventIdPath)] ?? options.EventIdPath;
        options.EventTypePath = section[nameof(options.EventTypePath)] ?? options.EventTypePath;
    }

    // The messages name a secret by its place. Never by its text, not even a part of it.
    private void Check(WebhookOptions options, List<string> faults)
    {
        if (options.Secrets.Count == 0)
            faults.Add($"{Place(nameof(options.Secrets))}:0 is missing: without a secret no delivery can be told from a forged one. Set it to the signing secret that the provider shows for this endpoint.");
        for (var i = 0; i < options.Secrets.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(options.Secrets[i]) || options.Secrets[i].Length < WebhookOptions.MinimumSecretLength)
                faults.Add($"{Place(nameof(options.Secrets))}:{i} has {options.Secrets[i]?.Length ?? 0} characters and needs at least {WebhookOptions.MinimumSecretLength}, not all blank. Set it to the provider's signing secret.");
        }
        if (options.Tolerance < TimeSpan.FromSeconds(1) || options.Tolerance > TimeSpan.FromDays(1))
            faults.Add($"{Place(nameof(options.Tolerance))} must be from 00:00:01 to 1.00:00:00.");
        if (options.MaxBodyBytes is < 1 or > WebhookOptions.MostBodyBytesAllowed)
            faults.Add($"{Place(nameof(options.MaxBodyBytes))} must be from 1 to {WebhookOptions.MostBodyBytesAllowed}.");
        if (string.IsNullOrWhiteSpace(options.SignatureHeader) || options.SignatureHeader.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
            faults.Add($"{Place(nameof(options.SignatureHeader))} must be the name of a header: letters, digits, '-' and '_'.");
        foreach (var (option, path) in new[] { (nameof(options.EventIdPath), options.EventIdPath), (nameof(options.EventTypePath), options.EventTypePath) })
        {
            if (!JsonPlace.IsOne(path)) faults.Add($"{Place(option)} must be names of members separated by dots, such as id or data.object.id.");
        }
    }

    private string Place(string option) => $"{WebhookOptions.Section}:{_name}:{option}";
}
