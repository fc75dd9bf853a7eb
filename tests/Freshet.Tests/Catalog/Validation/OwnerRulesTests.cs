namespace Freshet.Tests;

public sealed class OwnerRulesTests
{
    private readonly Sound _sound = new();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void A_declaration_that_neither_names_an_owner_nor_stands_in_a_catalog_that_does_is_a_fault(string? catalogOwner)
    {
        var fault = Composing.FaultsOf(
            Composing.Catalog<CatalogA>(_sound.With()),
            Composing.Catalog<CatalogB>(catalogOwner, _sound.Query("summary"))).ShouldHaveSingleItem();

        fault.Kind.ShouldBe(CatalogFaultKind.NoOwner);
        fault.Declaration.ShouldBe("summary");
        fault.Owner.ShouldBeNull();
        fault.WayOut.ShouldContain("class CatalogB() : Catalog(owner:");
    }

    [Fact]
    public void Every_kind_of_declaration_needs_an_owner()
    {
        var faults = Composing.FaultsOf(Composing.Catalog<CatalogA>(owner: null, _sound.With(_sound.Query("summary"), new Screen("home"), new Mutation("pay"))));

        faults.ShouldAllBe(fault => fault.Kind == CatalogFaultKind.NoOwner);
        faults.Select(fault => fault.DeclarationKind).ShouldBe(["tag", "event", "cached query", "screen", "mutation"]);
    }

    [Fact]
    public void A_catalog_without_owner_is_fine_when_each_declaration_names_its_own()
    {
        var tag = new Tag<string>("a").OwnedBy("tags");
        var pair = new Tag<string, int>("b").OwnedBy("pairs");
        var triple = new Tag<string, int, Guid>("c").OwnedBy("triples");
        var changed = new Event<AccountChanged>("changed").Invalidates(tag, e => e.AccountId).OwnedBy("events");
        var query = new CachedQuery<string, string>("query", RiskLevel.High).DependsOn(tag, id => id).LoadWith((id, _) => Task.FromResult(id)).OwnedBy("queries");
        var screen = new Screen("screen").OwnedBy("screens");
        var mutation = new Mutation("mutation").OwnedBy("mutations");

        var model = CatalogComposer.Compose(
            [Composing.Catalog<CatalogA>(owner: null, tag, pair, triple, changed, query, screen, mutation)], Composing.Options(), hasScopeInitializer: false);

        model.Tags.Select(declared => declared.Owner).ShouldBe(["tags", "pairs", "triples"]);
        model.Events.ShouldHaveSingleItem().Owner.ShouldBe("events");
        model.Queries.ShouldHaveSingleItem().Owner.ShouldBe("queries");
        model.Screens.ShouldHaveSingleItem().Owner.ShouldBe("screens");
        model.Mutations.ShouldHaveSingleItem().Owner.ShouldBe("mutations");
    }

    [Fact]
    public void A_declarations_own_owner_wins_over_its_catalogs()
    {
        var model = Composing.Compose(_sound.With(_sound.Query("summary").OwnedBy("accounts-team")));
        model.Queries.ShouldHaveSingleItem().Owner.ShouldBe("accounts-team");
        model.Events.ShouldHaveSingleItem().Owner.ShouldBe(Composing.Owner);
    }
}
