namespace Freshet.Tests;

public sealed class ReferenceRulesTests
{
    private readonly Sound _sound = new();
    private readonly Tag<string> _elsewhere = new("elsewhere");

    [Fact]
    public void An_event_that_invalidates_an_undeclared_tag_is_a_fault()
    {
        _sound.AccountEvent.Invalidates(_elsewhere, e => e.AccountId);
        Composing.TheFault(CatalogFaultKind.UnknownDeclaration, "account.changed", _sound.With()).What.ShouldContain("'elsewhere'");
    }

    [Fact]
    public void An_event_that_invalidates_a_constant_tag_of_an_undeclared_kind_is_a_fault()
    {
        _sound.AccountEvent.Invalidates(_elsewhere.For("all"));
        Composing.TheFault(CatalogFaultKind.UnknownDeclaration, "account.changed", _sound.With()).What.ShouldContain("'elsewhere'");
    }

    [Fact]
    public void An_empty_tag_is_a_fault()
    {
        _sound.AccountEvent.Invalidates(default(Tag));
        Composing.TheFault(CatalogFaultKind.UnknownDeclaration, "account.changed", _sound.With()).What.ShouldContain("empty tag");
    }

    [Fact]
    public void A_query_that_depends_on_an_undeclared_tag_is_a_fault()
    {
        Composing.TheFault(CatalogFaultKind.UnknownDeclaration, "summary", _sound.With(_sound.Query("summary").DependsOn(_elsewhere, id => id))).What.ShouldContain("'elsewhere'");
    }

    [Fact]
    public void A_query_that_finds_undeclared_tags_is_a_fault()
    {
        Composing.TheFault(CatalogFaultKind.UnknownDeclaration, "summary", _sound.With(_sound.Query("summary").FindsTags(_elsewhere))).What.ShouldContain("'elsewhere'");
    }

    [Fact]
    public void A_tag_of_the_same_name_but_another_object_is_undeclared_all_the_same()
    {
        var namesake = new Tag<string>("account");
        Composing.TheFault(CatalogFaultKind.UnknownDeclaration, "summary", _sound.With(_sound.Query("summary").DependsOn(namesake, id => id)));
    }

    [Fact]
    public void A_query_that_reads_an_undeclared_query_is_a_fault()
    {
        Composing.TheFault(CatalogFaultKind.UnknownDeclaration, "summary", _sound.With(_sound.Query("summary").Reads(_sound.Query("inner")))).What.ShouldContain("'inner'");
    }

    [Fact]
    public void A_query_that_is_shown_on_an_unknown_screen_is_a_fault()
    {
        Composing.TheFault(CatalogFaultKind.UnknownScreen, "summary", _sound.With(_sound.Query("summary").ShownOn("billing"))).What.ShouldContain("'billing'");
    }

    [Fact]
    public void A_screen_that_shows_an_undeclared_query_is_a_fault()
    {
        Composing.TheFault(CatalogFaultKind.UnknownDeclaration, "home", new Screen("home").Shows(Sound.Untagged("feed"))).What.ShouldContain("'feed'");
    }

    [Fact]
    public void A_mutation_that_raises_an_undeclared_event_is_a_fault()
    {
        Composing.TheFault(CatalogFaultKind.UnknownDeclaration, "pay", new Mutation("pay").Raises<AccountChanged>()).What.ShouldContain("AccountChanged");
    }

    [Fact]
    public void What_another_composed_catalog_declares_is_known()
    {
        var query = _sound.Query("summary").ShownOn("home");
        var model = CatalogComposer.Compose(
            [
                Composing.Catalog<CatalogA>(_sound.With()),
                Composing.Catalog<CatalogB>(query, new Screen("home"), new Screen("other").Shows(query), new Mutation("pay").Raises<AccountChanged>()),
            ], Composing.Options(), hasScopeInitializer: false);
        model.Queries.ShouldHaveSingleItem().Screens.ShouldBe(["home", "other"]);
    }

    [Fact]
    public void A_declaration_that_is_null_where_it_is_used_is_a_fault_that_explains_the_order_of_static_fields()
    {
        Tag<string> later = null!;
        CachedQuery laterQuery = null!;
        var faults = Composing.Faults(
            new Event<AccountChanged>("changed").Invalidates(later, e => e.AccountId),
            Sound.Untagged("summary").DependsOn(later, id => id).FindsTags(later).Reads(laterQuery),
            new Screen("home").Shows(laterQuery));

        faults.ShouldAllBe(fault => fault.Kind == CatalogFaultKind.UnknownDeclaration && fault.WayOut.StartsWith("Static fields are set in the order they are written"));
        faults.Select(fault => $"{fault.Declaration}: {fault.What}").ShouldBe(
            ["changed: a tag it uses is null", "summary: a cached query it uses is null", "summary: a tag it uses is null", "home: a cached query it uses is null"]);
    }
}
