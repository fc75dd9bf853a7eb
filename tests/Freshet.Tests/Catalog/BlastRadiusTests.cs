namespace Freshet.Tests;

public sealed class BlastRadiusTests
{
    private readonly Desk _desk = new();

    [Fact]
    public void An_event_reaches_queries_through_the_tags_both_name_and_the_screens_those_are_shown_on()
    {
        var radius = _desk.Model.BlastRadiusOf(_desk.Paid);

        radius.Event.ShouldBeSameAs(_desk.Paid);
        radius.Owner.ShouldBe("billing-team");
        radius.Tags.Select(tag => tag.Tag).ShouldBe(["account", "invoice"]);
        radius.Queries.Select(reached => (reached.Query.Declaration.Name, string.Join(",", reached.Tags), string.Join(",", reached.Via))).ShouldBe(
        [
            ("account-summary", "account", ""),
            ("header-badge", "account", "account-summary"),
            ("invoice", "invoice", ""),
            ("timeline", "account", ""),
        ]);
        radius.Screens.ShouldBe(["billing", "home"]);
    }

    [Fact]
    public void An_event_that_reaches_a_high_query_refuses_optimistic_updates()
    {
        var radius = _desk.Model.BlastRadiusOf(_desk.Paid);
        radius.ReachesHigh.ShouldBeTrue();
        radius.Optimistic.ShouldBe(OptimisticUpdates.Refused);
    }

    [Fact]
    public void An_event_that_reaches_only_low_and_medium_queries_has_the_stricter_of_their_policies()
    {
        var radius = _desk.Model.BlastRadiusOf(_desk.PlansChanged);
        radius.Queries.Select(reached => reached.Query.Declaration.Name).ShouldBe(["plan-list"]);
        radius.Queries[0].Tags.ShouldBe(["plans:all"]);
        radius.ReachesHigh.ShouldBeFalse();
        radius.Optimistic.ShouldBe(OptimisticUpdates.WithRollback);
    }

    [Fact]
    public void An_event_whose_tags_no_query_carries_reaches_nothing()
    {
        var tag = new Tag<string>("quiet");
        var quiet = new Event<string>("quiet").Invalidates(tag, id => id);
        var radius = Composing.Compose(tag, quiet).BlastRadiusOf(quiet);
        radius.Queries.ShouldBeEmpty();
        radius.Screens.ShouldBeEmpty();
        radius.Optimistic.ShouldBe(OptimisticUpdates.Allowed);
    }

    [Fact]
    public void A_query_that_is_reached_by_its_own_tags_names_no_query_it_reads()
    {
        var sound = new Sound();
        var inner = sound.Query("inner");
        var outer = sound.Query("outer").Reads(inner);
        var radius = Composing.Compose(sound.With(inner, outer)).BlastRadiusOf(sound.AccountEvent);
        radius.Queries.ShouldAllBe(reached => reached.Via.Count == 0);
    }

    [Fact]
    public void An_event_of_no_composed_catalog_is_unknown()
    {
        Should.Throw<UnknownDeclarationException>(() => _desk.Model.BlastRadiusOf(new Event<string>("stranger"))).Name.ShouldBe("stranger");
    }
}
