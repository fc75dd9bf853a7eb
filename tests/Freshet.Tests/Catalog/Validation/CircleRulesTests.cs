namespace Freshet.Tests;

public sealed class CircleRulesTests
{
    [Fact]
    public void A_query_that_reads_itself_is_a_fault()
    {
        var query = Sound.Untagged("a");
        Composing.TheFault(CatalogFaultKind.Circle, "a", query.Reads(query)).What.ShouldBe("it reads itself: a -> a");
    }

    [Fact]
    public void A_circle_over_several_queries_is_one_fault_that_shows_the_way_round()
    {
        var (a, b, c) = (Sound.Untagged("a"), Sound.Untagged("b"), Sound.Untagged("c"));
        a.Reads(b);
        b.Reads(c);
        c.Reads(a);
        Composing.TheFault(CatalogFaultKind.Circle, "a", c, b, a).What.ShouldBe("it reads itself: a -> b -> c -> a");
    }

    [Fact]
    public void Two_circles_through_one_query_are_both_reported()
    {
        var (a, b, c) = (Sound.Untagged("a"), Sound.Untagged("b"), Sound.Untagged("c"));
        a.Reads(b, c);
        b.Reads(a);
        c.Reads(a);
        Composing.Faults(a, b, c).Select(fault => fault.What).ShouldBe(["it reads itself: a -> b -> a", "it reads itself: a -> c -> a"]);
    }

    [Fact]
    public void A_circle_reached_from_outside_is_reported_where_it_is()
    {
        var (entry, b, c) = (Sound.Untagged("a"), Sound.Untagged("b"), Sound.Untagged("c"));
        entry.Reads(b);
        b.Reads(c);
        c.Reads(b);
        Composing.TheFault(CatalogFaultKind.Circle, "b", entry, b, c);
    }

    [Fact]
    public void Reading_one_query_by_two_ways_is_no_circle()
    {
        var (a, b, c, d) = (Sound.Untagged("a"), Sound.Untagged("b"), Sound.Untagged("c"), Sound.Untagged("d"));
        a.Reads(b, c);
        b.Reads(d);
        c.Reads(d);
        Composing.Compose(a, b, c, d).Queries.Count.ShouldBe(4);
    }

    [Fact]
    public void A_high_query_in_a_circle_is_still_checked_for_reach()
    {
        var (a, b) = (Sound.Untagged("a", RiskLevel.High), Sound.Untagged("b"));
        a.Reads(b);
        b.Reads(a);
        Composing.Faults(a, b).Select(fault => fault.Kind).ShouldBe([CatalogFaultKind.Unreached, CatalogFaultKind.Circle]);
    }
}
