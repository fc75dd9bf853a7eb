using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Freshet.Sql;

/// <summary>Fills the options from the configuration section <c>Freshet:Outbox</c>, without reflection.</summary>
internal sealed class ConfigureSqlOutboxOptions(IConfigurationSection? section) : IConfigureOptions<SqlOutboxOptions>
{
    private const string Times = "a time such as 00:00:02 or 1.00:00:00";

    public void Configure(SqlOutboxOptions options)
    {
        if (section is null) return;
        if (section[nameof(options.ConnectionString)] is { } connectionString) options.ConnectionString = connectionString;
        if (section[nameof(options.Schema)] is { } schema) options.Schema = schema;
        if (Read<bool>(nameof(options.CreateTables), "true or false") is { } createTables) options.CreateTables = createTables;
        if (Read<bool>(nameof(options.PrepareStatements), "true or false") is { } prepareStatements) options.PrepareStatements = prepareStatements;
        if (Read<TimeSpan>(nameof(options.Grace), Times) is { } grace) options.Grace = grace;
        if (Read<TimeSpan>(nameof(options.PollInterval), Times) is { } pollInterval) options.PollInterval = pollInterval;
        if (Read<int>(nameof(options.BatchSize), "a whole number") is { } batchSize) options.BatchSize = batchSize;
        if (Read<TimeSpan>(nameof(options.LookUpTimeout), Times) is { } lookUpTimeout) options.LookUpTimeout = lookUpTimeout;
        if (Read<TimeSpan>(nameof(options.Retention), Times) is { } retention) options.Retention = retention;
        if (Read<TimeSpan>(nameof(options.ClaimRetention), Times) is { } claimRetention) options.ClaimRetention = claimRetention;
        if (Read<int>(nameof(options.MaxAttempts), "a whole number") is { } maxAttempts) options.MaxAttempts = maxAttempts;
        if (Read<TimeSpan>(nameof(options.AppendAgainWithin), Times) is { } appendAgainWithin) options.AppendAgainWithin = appendAgainWithin;
    }

    private T? Read<T>(string name, string form) where T : struct, IParsable<T>
    {
        if (section![name] is not { } text) return null;
        return T.TryParse(text, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new OptionsValidationException(SqlOutboxOptions.Section, typeof(SqlOutboxOptions), [$"{SqlOutboxOptions.Section}:{name} cannot be read. Write {form}."]);
    }
}

/// <summary>Checks the options when they are first read, all of them at once. Never repeats a connection string: it may hold a password.</summary>
internal sealed class SqlOutboxOptionsValidator : IValidateOptions<SqlOutboxOptions>
{
    public ValidateOptionsResult Validate(string? name, SqlOutboxOptions options)
    {
        var faults = new List<string>();
        if (options.Schema is { } schema && schema.AsSpan().Trim().IsEmpty) faults.Add($"{SqlOutboxOptions.Section}:Schema must name a schema, or be left out.");
        Between(nameof(options.Grace), options.Grace, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Between(nameof(options.PollInterval), options.PollInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        Between(nameof(options.LookUpTimeout), options.LookUpTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        Between(nameof(options.Retention), options.Retention, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365));
        Between(nameof(options.ClaimRetention), options.ClaimRetention, TimeSpan.FromHours(1), TimeSpan.FromDays(3650));
        Between(nameof(options.AppendAgainWithin), options.AppendAgainWithin, TimeSpan.Zero, options.Retention);
        if (options.BatchSize is < 1 or > 10_000) faults.Add($"{SqlOutboxOptions.Section}:BatchSize must be between 1 and 10000.");
        if (options.MaxAttempts is < 1 or > 100) faults.Add($"{SqlOutboxOptions.Section}:MaxAttempts must be between 1 and 100.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Between(string option, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most) faults.Add($"{SqlOutboxOptions.Section}:{option} must be between {least} and {most}.");
        }
    }
}
