namespace Freshet.Tests;

public sealed class PolicyOverridesTests
{
    private const string Summary = "Freshet:Policies:summary";

    private readonly Sound _sound = new();
    private readonly ReloadableConfiguration _configuration = new();

    private CatalogModel Compose() => CatalogComposer.Compose(
        [Composing.Catalog<CatalogA>(_sound.With(
            _sound.Query("summary", RiskLevel.Medium).WithPolicy(policy => policy with { StaleTime = TimeSpan.FromSeconds(10) }),
            _sound.Query("balance")))],
        Composing.Options(), hasScopeInitializer: false, _configuration.Root.Section());

    private QueryPolicy Policy()
    {
        var model = Compose();
        using var book = new PolicyBook(model, _configuration.Root.Section(), Composing.Options(), new CollectedLog());
        return book.For(model.Queries.Single(query => query.Declaration.Name == "summary").Declaration);
    }

    private CatalogFault TheFault(CatalogFaultKind kind)
    {
        var fault = Should.Throw<CatalogException>(Compose).Faults.ShouldHaveSingleItem();
        fault.Kind.ShouldBe(kind);
        fault.DeclarationKind.ShouldBe("cached query");
        return fault;
    }

    public static TheoryData<string, string, Func<QueryPolicy, QueryPolicy>> Knobs => new()
    {
        { "MaxStaleness", "00:00:01", policy => policy with { MaxStaleness = TimeSpan.FromSeconds(1) } },
        { "ServeStale", "false", policy => policy with { ServeStale = false } },
        { "OutageGrace", "00:00:00", policy => policy with { OutageGrace = TimeSpan.Zero } },
        { "StaleOnError", "00:00:05", policy => policy with { StaleOnError = TimeSpan.FromSeconds(5) } },
        { "TimeToLive", "01:00:00", policy => policy with { TimeToLive = TimeSpan.FromHours(1) } },
        { "StaleTime", "00:00:00.5", policy => policy with { StaleTime = TimeSpan.FromMilliseconds(500) } },
        { "RefetchOnFocus", "True", policy => policy with { RefetchOnFocus = true } },
        { "Optimistic", "refused", policy => policy with { Optimistic = OptimisticUpdates.Refused } },
        { "timetolive", "00:00:07", policy => policy with { TimeToLive = TimeSpan.FromSeconds(7) } },
    };

    [Theory]
    [MemberData(nameof(Knobs))]
    public void Each_knob_can_be_set_and_leaves_the_others_as_declared(string knob, string value, Func<QueryPolicy, QueryPolicy> expected)
    {
        _configuration[$"{Summary}:{knob}"] = value;
        Policy().ShouldBe(expected(QueryPolicy.For(RiskLevel.Medium) with { StaleTime = TimeSpan.FromSeconds(10) }));
    }

    [Fact]
    public void Every_knob_of_a_policy_is_known_to_configuration()
    {
        PolicyKnob.All.Select(knob => knob.Name).ShouldBe(typeof(QueryPolicy).GetProperties().Select(property => property.Name), ignoreOrder: true);
    }

    [Fact]
    public void Configuration_may_loosen_what_a_query_tightened_up_to_the_levels_limit()
    {
        _configuration[$"{Summary}:StaleTime"] = "00:00:30";
        Policy().StaleTime.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Loosening_beyond_the_level_is_a_fault_that_names_knob_limit_and_key()
    {
        _configuration[$"{Summary}:StaleTime"] = "00:00:31";
        var fault = TheFault(CatalogFaultKind.LooserThanLevel);
        fault.What.ShouldBe("its StaleTime of 00:00:31 is looser than 00:00:30, the limit of level medium, set by Freshet:Policies:summary:StaleTime");
        fault.Owner.ShouldBe(Composing.Owner);
    }

    [Theory]
    [InlineData("2.00:00:00")]
    [InlineData("00:00:00")]
    public void A_time_to_live_above_the_maximum_or_not_positive_is_a_fault(string value)
    {
        _configuration[$"{Summary}:TimeToLive"] = value;
        TheFault(CatalogFaultKind.TimeToLive);
    }

    [Fact]
    public void An_unknown_query_is_a_fault()
    {
        _configuration["Freshet:Policies:sumary:StaleTime"] = "00:00:01";
        TheFault(CatalogFaultKind.Configuration).Declaration.ShouldBe("sumary");
    }

    [Fact]
    public void An_unknown_knob_is_a_fault_that_lists_the_knobs()
    {
        _configuration[$"{Summary}:Staleness"] = "00:00:01";
        var fault = TheFault(CatalogFaultKind.Configuration);
        fault.What.ShouldContain($"{Summary}:Staleness");
        fault.WayOut.ShouldContain("MaxStaleness, ServeStale");
    }

    [Theory]
    [InlineData("StaleTime", "soon")]
    [InlineData("StaleTime", "30")]
    [InlineData("StaleTime", "")]
    [InlineData("StaleTime", "24:00:00")]
    [InlineData("ServeStale", "yes")]
    [InlineData("Optimistic", "0")]
    [InlineData("Optimistic", "Sometimes")]
    public void A_value_that_cannot_be_read_is_a_fault_that_shows_how_to_write_it_and_not_what_was_written(string knob, string value)
    {
        _configuration[$"{Summary}:{knob}"] = value;
        var fault = TheFault(CatalogFaultKind.Configuration);
        fault.What.ShouldBe($"{Summary}:{knob} cannot be read");
        fault.WayOut.ShouldStartWith("Write ");
    }

    [Fact]
    public void A_negative_time_is_a_fault()
    {
        _configuration[$"{Summary}:MaxStaleness"] = "-00:00:01";
        TheFault(CatalogFaultKind.InvalidPolicy);
    }

    [Fact]
    public void A_section_where_a_value_belongs_and_a_value_where_a_section_belongs_are_faults()
    {
        _configuration["Freshet:Policies"] = "strict";
        _configuration["Freshet:Policies:balance"] = "strict";
        _configuration[$"{Summary}:StaleTime:Seconds"] = "1";
        var faults = Should.Throw<CatalogException>(Compose).Faults;
        faults.ShouldAllBe(fault => fault.Kind == CatalogFaultKind.Configuration);
        faults.Select(fault => fault.Declaration).ShouldBe(["balance", "summary", "Freshet:Policies"]);
    }

    [Fact]
    public void A_knob_set_to_null_counts_as_absent()
    {
        _configuration[$"{Summary}:StaleTime"] = null;
        Policy().StaleTime.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void All_faults_of_configuration_are_reported_at_once()
    {
        _configuration[$"{Summary}:StaleTime"] = "1.00:00:00";
        _configuration[$"{Summary}:MaxStaleness"] = "soon";
        _configuration[$"{Summary}:Knob"] = "1";
        _configuration["Freshet:Policies:balance:ServeStale"] = "true";
        _configuration["Freshet:Policies:other:ServeStale"] = "true";
        Should.Throw<CatalogException>(Compose).Faults.Count.ShouldBe(5);
    }

    [Fact]
    public void A_query_whose_declared_policy_has_a_fault_does_not_repeat_it_for_configuration()
    {
        _configuration["Freshet:Policies:odd:StaleTime"] = "00:00:01";
        var odd = _sound.Query("odd", RiskLevel.Medium).WithPolicy(policy => policy with { MaxStaleness = TimeSpan.FromDays(1) });
        Should.Throw<CatalogException>(() => CatalogComposer.Compose(
            [Composing.Catalog<CatalogA>(_sound.With(odd))], Composing.Options(), hasScopeInitializer: false, _configuration.Root.Section()))
            .Faults.ShouldHaveSingleItem().What.ShouldNotContain("Freshet:Policies");
    }
}
