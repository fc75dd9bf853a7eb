using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Freshet.Tests.Targets;

public sealed class BadInputTests
{
    private readonly RecordingTarget _target = new();

    [Fact]
    public void TwoTargetsOfOneNameAreRefusedWhereTheSecondIsAdded()
    {
        var freshet = new ServiceCollection().AddFreshet().Drive("mine", _ => _target);

        Refused(CacheTargetFault.DuplicateName, () => freshet.Drive("MINE", _ => _target)).Target.ShouldBe("MINE");
        freshet.DriveMemoryCache();
        Refused(CacheTargetFault.DuplicateName, () => freshet.DriveMemoryCache());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData(null)]
    public void ANameThatCannotStandInMetricsIsRefused(string? name) =>
        Refused(CacheTargetFault.InvalidName, () => new ServiceCollection().AddFreshet().Drive(name!, _ => _target));

    [Fact]
    public void NullsAreRefused()
    {
        var freshet = new ServiceCollection().AddFreshet();
        Should.Throw<ArgumentNullException>(() => freshet.Drive("mine", (Func<IServiceProvider, ICacheTarget>)null!));
        Should.Throw<ArgumentNullException>(() => freshet.DriveHybridCache("mine", null!));
        Should.Throw<ArgumentNullException>(() => ((FreshetBuilder)null!).DriveMemoryCache());
    }

    [Fact]
    public void AFactoryThatReturnsNullStopsTheStart() =>
        Refused(CacheTargetFault.Null, () => TestApp.Start(freshet => freshet.Drive("mine", _ => null!)));

    [Fact]
    public void AFactoryThatAsksForFreshetStopsTheStartRatherThanTheProcess() =>
        Refused(CacheTargetFault.OwnCache, () => TestApp.Start(freshet => freshet.Drive("mine", services =>
        {
            services.GetRequiredService<IFreshet>();
            return _target;
        }))).Message.ShouldContain("IServiceProvider");

    [Fact]
    public void AMissingHybridCacheStopsTheStart()
    {
        Refused(CacheTargetFault.NoCache, () => TestApp.Start(freshet => freshet.DriveHybridCache())).Message.ShouldContain("AddHybridCache");
        Refused(CacheTargetFault.NoCache, () => TestApp.Start(freshet => freshet.DriveHybridCache("mine", _ => (HybridCache)null!)));
    }

    [Theory]
    [InlineData("Freshet:Targets:mien:ObserveOnly", "true", "names no target")]
    [InlineData("Freshet:Targets:mine:ObserveOnly", "yes", "true or false")]
    [InlineData("Freshet:Targets:mine:AnswerWait", "soon", "a time such as")]
    [InlineData("Freshet:Targets:mine:AnswerWait", "00:01:00", "between 0 and")]
    [InlineData("Freshet:Targets:mine:AnswerWait", "-00:00:01", "between 0 and")]
    [InlineData("Freshet:Targets:mine:CallTimeout", "00:00:00", "between")]
    [InlineData("Freshet:Targets:mine:MaxAttempts", "0", "between 1 and 20")]
    [InlineData("Freshet:Targets:mine:MaxAttempts", "many", "a whole number")]
    public void OptionsThatCannotHoldStopTheStart(string key, string value, string says) =>
        Refused(CacheTargetFault.InvalidOptions, () => TestApp.Start(freshet => freshet.Drive("mine", _ => _target), Configuration(key, value))).Message.ShouldContain(says);

    [Fact]
    public void ObserveOnlyThatCannotBeReadStopsTheStart() =>
        Should.Throw<OptionsValidationException>(() => TestApp.Start(freshet => freshet.Drive("mine", _ => _target), Configuration("Freshet:ObserveOnly", "maybe")))
            .Message.ShouldContain("true or false");

    [Fact]
    public async Task ConfigurationSetsEveryOptionAndCodeOverridesIt()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Freshet:Targets:mine:AnswerWait"] = "00:00:00.02",
            ["Freshet:Targets:mine:CallTimeout"] = "00:00:03",
            ["Freshet:Targets:mine:MaxAttempts"] = "7",
            ["Freshet:Targets:mine:ResetOnStart"] = "false",
        }).Build();

        await using var app = TestApp.Start(freshet => freshet.Drive("mine", _ => _target, options => options.MaxAttempts = 2), configuration);

        var options = ((FreshnessLog)app.Freshet.Log).Targets.Settings.Single().Options;
        (options.AnswerWait, options.CallTimeout, options.MaxAttempts, options.ResetOnStart).ShouldBe(
            (TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(3), 2, false));
    }

    private static CacheTargetException Refused(CacheTargetFault fault, Action act)
    {
        var error = Should.Throw<CacheTargetException>(act);
        error.Fault.ShouldBe(fault);
        error.Code.ShouldBe("cache-target");
        return error;
    }

    private static CacheTargetException Refused(CacheTargetFault fault, Func<object> act) => Refused(fault, (Action)(() => act()));

    private static IConfiguration Configuration(string key, string value) =>
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(key, (string?)value)]).Build();
}
