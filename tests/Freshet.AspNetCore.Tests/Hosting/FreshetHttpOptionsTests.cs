using Microsoft.Extensions.Options;

namespace Freshet.AspNetCore.Tests;

public sealed class FreshetHttpOptionsTests
{
    [Fact]
    public void Keys_come_from_configuration_in_order()
    {
        Read(new() { ["Freshet:Http:SigningKeys:0"] = Wire.OtherKey, ["Freshet:Http:SigningKeys:1"] = Wire.Key })
            .SigningKeys.ShouldBe([Wire.OtherKey, Wire.Key]);
    }

    [Fact]
    public void What_UseFreshet_sets_overrides_configuration()
    {
        Read(new() { ["Freshet:Http:SigningKeys:0"] = Wire.Key }, configure: options => options.SigningKeys[0] = Wire.OtherKey)
            .SigningKeys.ShouldBe([Wire.OtherKey]);
    }

    [Fact]
    public void Services_Configure_is_heard_as_well()
    {
        Read([], services => services.Configure<FreshetHttpOptions>(options => options.SigningKeys.Add(Wire.Key)))
            .SigningKeys.ShouldBe([Wire.Key]);
    }

    [Fact]
    public void All_faulty_keys_are_named_by_place_and_none_by_its_text()
    {
        var error = Should.Throw<OptionsValidationException>(() => Read(new()
        {
            ["Freshet:Http:SigningKeys:0"] = "secret-marker!",
            ["Freshet:Http:SigningKeys:1"] = Convert.ToBase64String(new byte[31]),
            ["Freshet:Http:SigningKeys:2"] = Wire.Key,
            ["Freshet:Http:SigningKeys:3"] = Wire.Key,
            ["Freshet:Http:SigningKeys:4"] = "",
        }));

        var faults = error.Failures.ToArray();
        faults.Length.ShouldBe(4);
        faults[0].ShouldStartWith("Freshet:Http:SigningKeys:0 is not base64.");
        faults[1].ShouldStartWith("Freshet:Http:SigningKeys:1 has 31 bytes and needs at least 32.");
        faults[2].ShouldStartWith("Freshet:Http:SigningKeys:3 is the same key as an earlier one.");
        faults[3].ShouldStartWith("Freshet:Http:SigningKeys:4 is not base64.");
        error.ToString().ShouldNotContain("secret-marker");
        error.ToString().ShouldNotContain(Wire.Key);
    }

    private static FreshetHttpOptions Read(Dictionary<string, string?> settings, Action<IServiceCollection>? services = null, Action<FreshetHttpOptions>? configure = null)
    {
        var collection = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services?.Invoke(collection);
        return ReadFreshetHttpOptions.From(collection.BuildServiceProvider(), configure);
    }
}
