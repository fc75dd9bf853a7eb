using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Freshet.Tests.Diagnostics;

public sealed class FreshetWarningOptionsTests
{
    [Fact]
    public async Task ThresholdsComeFromConfiguration()
    {
        await using var app = TestApp.Start(configuration: Configuration(
            ("BroadTagShare", "0.5"), ("BroadTagLeastEntries", "7"), ("MinHitRate", "0.2"), ("MinRequests", "8"), ("UncarriedInvalidations", "9"), ("UnraisedAfter", "2.00:00:00")));

        var warnings = app.Services.GetRequiredService<IOptions<FreshetOptions>>().Value.Warnings;
        (warnings.BroadTagShare, warnings.BroadTagLeastEntries, warnings.MinHitRate, warnings.MinRequests, warnings.UncarriedInvalidations, warnings.UnraisedAfter)
            .ShouldBe((0.5, 7, 0.2, 8, 9, TimeSpan.FromDays(2)));
    }

    [Theory]
    [InlineData("BroadTagShare", "0", "must be above 0 and at most 1")]
    [InlineData("BroadTagShare", "1.5", "must be above 0 and at most 1")]
    [InlineData("BroadTagShare", "NaN", "must be above 0 and at most 1")]
    [InlineData("BroadTagShare", "a quarter", "cannot be read. Write a number such as 0.25.")]
    [InlineData("MinHitRate", "-0.1", "must be at least 0")]
    [InlineData("MinHitRate", "1", "must be at least 0")]
    [InlineData("BroadTagLeastEntries", "0", "must be at least 1.")]
    [InlineData("MinRequests", "0", "must be at least 1.")]
    [InlineData("MinRequests", "1.5", "cannot be read. Write a whole number.")]
    [InlineData("UncarriedInvalidations", "0", "must be at least 1.")]
    [InlineData("UnraisedAfter", "00:00:00", "must be at least 00:00:01.")]
    [InlineData("UnraisedAfter", "never", "cannot be read.")]
    public void AThresholdOutOfRangeStopsTheStart(string name, string value, string message) =>
        Should.Throw<OptionsValidationException>(() => TestApp.Start(configuration: Configuration((name, value))))
            .Message.ShouldContain($"Freshet:Warnings:{name} {message}");

    private static IConfiguration Configuration(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>($"Freshet:Warnings:{setting.Name}", setting.Value))).Build();
}
