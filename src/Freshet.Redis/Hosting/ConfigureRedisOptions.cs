using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Freshet.Redis;

/// <summary>Fills the options from the configuration section <c>Freshet:Redis</c>, without reflection.</summary>
internal sealed class ConfigureRedisOptions(IConfigurationSection? section) : IConfigureOptions<RedisOptions>
{
    public void Configure(RedisOptions options)
    {
        if (section is null) return;
        if (section[nameof(options.ConnectionString)] is { } connectionString) options.ConnectionString = connectionString;
        if (Read<int>(nameof(options.RecordRetention), "a whole number") is { } recordRetention) options.RecordRetention = recordRetention;
        if (Read<TimeSpan>(nameof(options.IdWindow), "a time such as 00:02:00 or 1.00:00:00") is { } idWindow) options.IdWindow = idWindow;
        if (Read<int>(nameof(options.MaxRecordBytes), "a whole number of bytes") is { } maxRecordBytes) options.MaxRecordBytes = maxRecordBytes;
        if (Read<bool>(nameof(options.AcceptEviction), "true or false") is { } acceptEviction) options.AcceptEviction = acceptEviction;
    }

    private T? Read<T>(string name, string form) where T : struct, IParsable<T>
    {
        if (section![name] is not { } text) return null;
        return T.TryParse(text, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new OptionsValidationException(RedisOptions.Section, typeof(RedisOptions), [$"{RedisOptions.Section}:{name} cannot be read. Write {form}."]);
    }
}

/// <summary>Checks the options when they are first read, all of them at once. Never repeats a connection string: it may hold a password.</summary>
internal sealed class RedisOptionsValidator(Func<bool> isConnectionRegistered) : IValidateOptions<RedisOptions>
{
    public ValidateOptionsResult Validate(string? name, RedisOptions options)
    {
        var faults = new List<string>();
        if (options.Connect is null && options.ConnectionString is null && !isConnectionRegistered())
            faults.Add($"{RedisOptions.Section} names no connection. Set {RedisOptions.Section}:ConnectionString, register an IConnectionMultiplexer, or set RedisOptions.Connect.");
        if (options.Connect is null && options.ConnectionString is { } text && !IsReadable(text))
            faults.Add($"{RedisOptions.Section}:ConnectionString cannot be read. Write it as StackExchange.Redis does: host:port,password=...,ssl=true.");
        if (options.RecordRetention is < 1 or > 10_000_000) faults.Add($"{RedisOptions.Section}:RecordRetention must be between 1 and 10000000.");
        if (options.IdWindow < TimeSpan.FromMinutes(1) || options.IdWindow > TimeSpan.FromDays(7)) faults.Add($"{RedisOptions.Section}:IdWindow must be between 00:01:00 and 7.00:00:00.");
        if (options.MaxRecordBytes is < RedisOptions.MinRecordBytesAllowed or > RedisOptions.MaxRecordBytesAllowed)
            faults.Add($"{RedisOptions.Section}:MaxRecordBytes must be between {RedisOptions.MinRecordBytesAllowed} and {RedisOptions.MaxRecordBytesAllowed}.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsReadable(string connectionString)
    {
        try
        {
            return ConfigurationOptions.Parse(connectionString).EndPoints.Count > 0;
        }
        catch (Exception error) when (error is ArgumentException or FormatException or OverflowException)
        {
            return false;
        }
    }
}
