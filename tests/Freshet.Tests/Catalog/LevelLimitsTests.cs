namespace Freshet.Tests;

public sealed class LevelLimitsTests
{
    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    [Fact]
    public void Limits_are_the_levels_defaults_apart_from_what_is_no_promise_of_freshness()
    {
        LevelLimits.For(RiskLevel.High, _day).ShouldBe(Sourced(RiskLevel.High) with { TimeToLive = TimeSpan.FromMinutes(10), SoftTimeout = TimeSpan.Zero });
        LevelLimits.For(RiskLevel.Medium, _day).ShouldBe(Sourced(RiskLevel.Medium) with { TimeToLive = TimeSpan.FromHours(1), SoftTimeout = TimeSpan.FromSeconds(30) });
        LevelLimits.For(RiskLevel.Low, _day).ShouldBe(Sourced(RiskLevel.Low) with { TimeToLive = _day, SoftTimeout = _day });
    }

    private static QueryPolicy Sourced(RiskLevel level) => QueryPolicy.For(level) with { LoadTimeout = TimeSpan.FromHours(1), MaxConcurrentLoads = 10_000, CacheTimeout = TimeSpan.FromSeconds(10), LoadLockLapse = TimeSpan.FromMinutes(1) };

    [Theory]
    [InlineData(RiskLevel.High)]
    [InlineData(RiskLevel.Medium)]
    [InlineData(RiskLevel.Low)]
    public void The_keyspaces_maximum_is_above_every_level(RiskLevel level)
    {
        LevelLimits.For(level, TimeSpan.FromSeconds(5)).TimeToLive.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Each_level_is_at_least_as_strict_in_every_knob_as_the_level_below()
    {
        var (high, medium, low) = (LevelLimits.For(RiskLevel.High, _day), LevelLimits.For(RiskLevel.Medium, _day), LevelLimits.For(RiskLevel.Low, _day));
        PolicyKnob.All.ShouldAllBe(knob => !knob.IsLooser(high, medium) && !knob.IsLooser(medium, low));
    }

    [Fact]
    public void A_level_that_is_none_of_the_three_is_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => LevelLimits.For((RiskLevel)7, _day));
    }
}
