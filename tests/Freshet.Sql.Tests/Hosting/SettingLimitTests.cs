namespace Freshet.Sql.Tests.Hosting;

public sealed class SettingLimitTests
{
    /// <summary>In milliseconds, where it is a time.</summary>
    [Theory]
    [InlineData(nameof(SqlOutboxOptions.Grace), 0, 60_000)]
    [InlineData(nameof(SqlOutboxOptions.PollInterval), 10, 60_000)]
    [InlineData(nameof(SqlOutboxOptions.LookUpTimeout), 10, 60_000)]
    [InlineData(nameof(SqlOutboxOptions.Retention), 60_000, 31_536_000_000)]
    [InlineData(nameof(SqlOutboxOptions.ClaimRetention), 3_600_000, 315_360_000_000)]
    [InlineData(nameof(SqlOutboxOptions.AppendAgainWithin), 0, 3_600_000)]
    [InlineData(nameof(SqlOutboxOptions.BatchSize), 1, 10_000)]
    [InlineData(nameof(SqlOutboxOptions.MaxAttempts), 1, 100)]
    public void ASettingMayBeAtItsLimitsAndNoFurther(string option, long least, long most)
    {
        foreach (var allowed in (long[])[least, most]) FaultsWith(option, allowed).ShouldBeEmpty();
        foreach (var refused in (long[])[least - 1, most + 1]) FaultsWith(option, refused).ShouldHaveSingleItem().ShouldContain($":{option} must be");
    }

    private static IEnumerable<string> FaultsWith(string option, long value)
    {
        var options = new SqlOutboxOptions { AppendAgainWithin = TimeSpan.Zero };
        var property = typeof(SqlOutboxOptions).GetProperty(option)!;
        object set = property.PropertyType == typeof(int) ? (int)value : TimeSpan.FromMilliseconds(value);
        property.SetValue(options, set);
        return new SqlOutboxOptionsValidator().Validate(null, options).Failures ?? [];
    }
}
