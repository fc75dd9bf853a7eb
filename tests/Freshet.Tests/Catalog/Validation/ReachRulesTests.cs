namespace Freshet.Tests;

public sealed class ReachRulesTests
{
    private readonly Sound _sound = new();
    private readonly Tag<string> _lonely = new("lonely");

    private CachedQuery<string, string> OnLonely(string name, RiskLevel level) => Sound.Untagged(name, level).DependsOn(_lonely, id => id);

    [Fact]
    public void A_high_query_whose_tags_no_event_invalidates_is_a_fault_that_names_them()
    {
        Composing.TheFault(CatalogFaultKind.Unreached, "balance", _sound.With(_lonely, OnLonely("balance", RiskLevel.High))).What.ShouldContain("(lonely)");
    }

    [Fact]
    public void A_high_query_without_tags_is_a_fault()
    {
        Composing.TheFault(CatalogFaultKind.Unreached, "balance", Sound.Untagged("balance", RiskLevel.High)).WayOut.ShouldContain(".DependsOn(");
    }

    [Theory]
    [InlineData(RiskLevel.Medium)]
    [InlineData(RiskLevel.Low)]
    public void Queries_of_other_levels_may_live_by_their_time_to_live_alone(RiskLevel level)
    {
        Composing.Compose(_lonely, OnLonely("one", level), Sound.Untagged("two", level)).Queries.Count.ShouldBe(2);
    }

    [Fact]
    public void A_tag_the_loader_may_find_reaches()
    {
        Composing.Compose(_sound.With(Sound.Untagged("balance", RiskLevel.High).FindsTags(_sound.Account))).Queries.ShouldHaveSingleItem();
    }

    [Fact]
    public void Tags_of_the_queries_it_reads_reach_over_several_steps()
    {
        var inner = _sound.Query("inner");
        var middle = Sound.Untagged("middle").Reads(inner);
        var outer = Sound.Untagged("outer", RiskLevel.High).Reads(middle);
        Composing.Compose(_sound.With(inner, middle, outer)).Queries.Count.ShouldBe(3);
    }

    [Fact]
    public void A_constant_tag_is_reached_by_the_same_constant_and_by_any_key_but_not_by_another_constant()
    {
        var plans = new Tag<string>("plans");
        CachedQuery<int, int> Query(string key) =>
            new CachedQuery<int, int>("plan-list", RiskLevel.High).DependsOn(plans.For(key)).LoadWith((page, _) => Task.FromResult(page));
        static Event<AccountChanged> Event() => new("plans.changed");

        Composing.Compose(plans, Event().Invalidates(plans.For("all")), Query("all")).Queries.ShouldHaveSingleItem();
        Composing.Compose(new Tag<string>("plans"), Event().Invalidates(plans.For("all")), Query("all")).Queries.ShouldHaveSingleItem();
        var keyed = new Tag<string>("plans");
        Composing.Compose(keyed, Event().Invalidates(keyed, e => e.AccountId), Query("all")).Queries.ShouldHaveSingleItem();
        Composing.TheFault(CatalogFaultKind.Unreached, "plan-list", new Tag<string>("plans"), Event().Invalidates(plans.For("some")), Query("all"))
            .What.ShouldContain("plans:all");
    }
}
