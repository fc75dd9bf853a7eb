using System.Globalization;

namespace Freshet.Tests;

public sealed class PolicyRulesTests
{
    private readonly Sound _sound = new();

    public static TheoryData<RiskLevel, string, string, string> Loosened => new()
    {
        { RiskLevel.High, nameof(QueryPolicy.MaxStaleness), "00:00:00.0000001", "00:00:00" },
        { RiskLevel.High, nameof(QueryPolicy.ServeStale), "true", "false" },
        { RiskLevel.High, nameof(QueryPolicy.OutageGrace), "00:00:01", "00:00:00" },
        { RiskLevel.High, nameof(QueryPolicy.StaleOnError), "00:00:01", "00:00:00" },
        { RiskLevel.High, nameof(QueryPolicy.TimeToLive), "00:10:00.0000001", "00:10:00" },
        { RiskLevel.High, nameof(QueryPolicy.StaleTime), "00:00:01", "00:00:00" },
        { RiskLevel.High, nameof(QueryPolicy.RefetchOnFocus), "false", "true" },
        { RiskLevel.High, nameof(QueryPolicy.Optimistic), "WithRollback", "Refused" },
        { RiskLevel.Medium, nameof(QueryPolicy.MaxStaleness), "00:00:03", "00:00:02" },
        { RiskLevel.Medium, nameof(QueryPolicy.OutageGrace), "00:01:00", "00:00:30" },
        { RiskLevel.Medium, nameof(QueryPolicy.StaleOnError), "00:01:00", "00:00:30" },
        { RiskLevel.Medium, nameof(QueryPolicy.TimeToLive), "01:00:01", "01:00:00" },
        { RiskLevel.Medium, nameof(QueryPolicy.StaleTime), "00:01:00", "00:00:30" },
        { RiskLevel.Medium, nameof(QueryPolicy.RefetchOnFocus), "false", "true" },
        { RiskLevel.Medium, nameof(QueryPolicy.Optimistic), "Allowed", "WithRollback" },
        { RiskLevel.Low, nameof(QueryPolicy.MaxStaleness), "00:02:00", "00:01:00" },
        { RiskLevel.Low, nameof(QueryPolicy.OutageGrace), "02:00:00", "01:00:00" },
        { RiskLevel.Low, nameof(QueryPolicy.StaleOnError), "2.00:00:00", "1.00:00:00" },
        { RiskLevel.Low, nameof(QueryPolicy.StaleTime), "00:10:00", "00:05:00" },
    };

    [Theory]
    [MemberData(nameof(Loosened))]
    public void A_knob_that_is_looser_than_its_level_is_a_fault_that_names_knob_value_and_limit(RiskLevel level, string knob, string value, string limit)
    {
        var query = _sound.Query("summary", level).WithPolicy(policy => Set(policy, knob, value));
        var fault = Composing.TheFault(CatalogFaultKind.LooserThanLevel, "summary", _sound.With(query));
        fault.What.ShouldBe($"its {knob} of {value} is looser than {limit}, the limit of level {level.ToString().ToLower(CultureInfo.InvariantCulture)}");
        fault.WayOut.ShouldContain(limit);
    }

    [Theory]
    [MemberData(nameof(Loosened))]
    public void A_knob_at_its_limit_is_fine(RiskLevel level, string knob, string value, string limit)
    {
        Set(QueryPolicy.For(level), knob, value).ShouldNotBe(QueryPolicy.For(level));
        var query = _sound.Query("summary", level).WithPolicy(policy => Set(policy, knob, limit));
        Composing.Compose(_sound.With(query)).Queries.ShouldHaveSingleItem().Policy.ShouldBe(Set(QueryPolicy.For(level), knob, limit));
    }

    [Fact]
    public void Every_loosened_knob_is_a_fault_of_its_own()
    {
        var query = _sound.Query("summary").WithPolicy(_ => QueryPolicy.For(RiskLevel.Low) with
        {
            LoadTimeout = TimeSpan.FromHours(2),
            SoftTimeout = TimeSpan.FromSeconds(1),
            MaxConcurrentLoads = 10_001,
            CacheTimeout = TimeSpan.FromSeconds(11),
            LoadLockLapse = TimeSpan.FromMinutes(2),
        });
        // Early refresh cannot be loosened: it loads sooner, and changes no promise.
        Composing.Faults(_sound.With(query)).Count.ShouldBe(PolicyKnob.All.Count - 1);
    }

    [Theory]
    [InlineData(RiskLevel.High)]
    [InlineData(RiskLevel.Medium)]
    [InlineData(RiskLevel.Low)]
    public void A_levels_own_defaults_are_within_its_limits(RiskLevel level)
    {
        Composing.Compose(_sound.With(_sound.Query("summary", level))).Queries.ShouldHaveSingleItem().Policy.ShouldBe(QueryPolicy.For(level));
    }

    [Fact]
    public void Everything_may_be_tightened_to_the_utmost()
    {
        var strictest = QueryPolicy.For(RiskLevel.High) with { TimeToLive = TimeSpan.FromTicks(1) };
        Composing.Compose(_sound.With(_sound.Query("summary", RiskLevel.Low).WithPolicy(_ => strictest))).Queries.ShouldHaveSingleItem().Policy.ShouldBe(strictest);
    }

    [Fact]
    public void A_second_WithPolicy_changes_what_the_first_one_gave()
    {
        var query = _sound.Query("summary", RiskLevel.Low)
            .WithPolicy(policy => policy with { StaleTime = TimeSpan.FromSeconds(1) })
            .WithPolicy(policy => policy with { MaxStaleness = TimeSpan.FromSeconds(1) });
        var declared = Composing.Compose(_sound.With(query)).Queries.ShouldHaveSingleItem().Policy;
        declared.StaleTime.ShouldBe(TimeSpan.FromSeconds(1));
        declared.MaxStaleness.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("-00:00:01")]
    public void A_time_to_live_that_is_not_positive_is_a_fault(string value)
    {
        var query = _sound.Query("summary").WithPolicy(policy => policy with { TimeToLive = TimeSpan.Parse(value, CultureInfo.InvariantCulture) });
        Composing.TheFault(CatalogFaultKind.TimeToLive, "summary", _sound.With(query)).What.ShouldContain("not positive");
    }

    [Fact]
    public void A_time_to_live_above_the_keyspaces_maximum_is_a_fault()
    {
        var query = _sound.Query("summary", RiskLevel.Low).WithPolicy(policy => policy with { TimeToLive = TimeSpan.FromDays(2) });
        var fault = Composing.TheFault(CatalogFaultKind.TimeToLive, "summary", _sound.With(query));
        fault.What.ShouldContain("2.00:00:00");
        fault.What.ShouldContain("MaxTimeToLive of 1.00:00:00");
    }

    [Fact]
    public void A_keyspace_that_allows_less_than_a_level_gives_cuts_the_default_silently()
    {
        var model = CatalogComposer.Compose([Composing.Catalog<CatalogA>(_sound.With(
            _sound.Query("plain", RiskLevel.Low),
            _sound.Query("other", RiskLevel.Low).WithPolicy(policy => policy with { ServeStale = false })))],
            Composing.Options(TimeSpan.FromMinutes(1)), hasScopeInitializer: false);
        model.Queries.ShouldAllBe(query => query.Policy.TimeToLive == TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_keyspace_that_allows_less_than_a_query_asks_for_is_a_fault_even_if_the_level_would_allow_it()
    {
        var query = _sound.Query("summary").WithPolicy(policy => policy with { TimeToLive = TimeSpan.FromMinutes(2) });
        var fault = Should.Throw<CatalogException>(() => CatalogComposer.Compose(
            [Composing.Catalog<CatalogA>(_sound.With(query))], Composing.Options(TimeSpan.FromMinutes(1)), hasScopeInitializer: false)).Faults.ShouldHaveSingleItem();
        fault.Kind.ShouldBe(CatalogFaultKind.TimeToLive);
        fault.WayOut.ShouldContain("00:01:00");
    }

    [Fact]
    public void A_negative_time_is_a_fault_and_not_a_tightening()
    {
        var query = _sound.Query("summary").WithPolicy(policy => policy with { MaxStaleness = Timeout.InfiniteTimeSpan });
        Composing.TheFault(CatalogFaultKind.InvalidPolicy, "summary", _sound.With(query)).What.ShouldContain("MaxStaleness");
    }

    [Fact]
    public void An_undefined_choice_is_a_fault()
    {
        var query = _sound.Query("summary").WithPolicy(policy => policy with { Optimistic = (OptimisticUpdates)9 });
        Composing.TheFault(CatalogFaultKind.InvalidPolicy, "summary", _sound.With(query)).What.ShouldContain("Optimistic");
    }

    [Fact]
    public void An_undefined_level_is_a_fault()
    {
        Composing.TheFault(CatalogFaultKind.InvalidPolicy, "summary", _sound.With(_sound.Query("summary", (RiskLevel)7))).What.ShouldContain("level 7");
    }

    [Fact]
    public void A_policy_function_that_throws_is_a_fault_beside_the_others()
    {
        var query = _sound.Query("summary").WithPolicy(_ => throw new FormatException("no such number"));
        Composing.TheFault(CatalogFaultKind.InvalidPolicy, "summary", _sound.With(query)).What.ShouldContain("FormatException: no such number");
    }

    [Fact]
    public void A_policy_function_that_returns_null_is_a_fault()
    {
        Composing.TheFault(CatalogFaultKind.InvalidPolicy, "summary", _sound.With(_sound.Query("summary").WithPolicy(_ => null!)));
    }

    private static QueryPolicy Set(QueryPolicy policy, string knob, string value) =>
        PolicyKnob.All.Single(known => known.Name == knob).Set(policy, value).ShouldNotBeNull();
}
