namespace Freshet.Tests;

public sealed class NameRulesTests
{
    private readonly Sound _sound = new();

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("under_score")]
    [InlineData("a:b")]
    [InlineData("größe")]
    [InlineData("line\nbreak")]
    public void A_name_with_other_characters_than_letters_digits_dash_and_dot_is_a_fault(string name)
    {
        Composing.TheFault(CatalogFaultKind.InvalidName, name, _sound.With(_sound.Query(name)));
    }

    [Fact]
    public void A_name_may_have_128_characters_and_not_one_more()
    {
        Composing.Compose(_sound.With(_sound.Query(new string('a', 128)))).Queries.ShouldHaveSingleItem();
        Composing.TheFault(CatalogFaultKind.InvalidName, new string('a', 129), new Screen(new string('a', 129)));
    }

    [Theory]
    [InlineData("page")]
    [InlineData("layout")]
    [InlineData("all-of-query")]
    [InlineData("all-of-kind")]
    [InlineData("Page")]
    public void A_tag_may_not_take_a_name_that_paths_or_flushes_use(string name)
    {
        Composing.TheFault(CatalogFaultKind.InvalidName, name, _sound.With(new Tag<string>(name))).What.ShouldContain("reserved");
    }

    [Fact]
    public void A_screen_may_be_called_page_because_only_tags_collide_with_paths()
    {
        Composing.Compose(_sound.With(new Screen("page"))).Screens.ShouldHaveSingleItem();
    }

    [Fact]
    public void Two_catalogs_that_declare_one_name_are_both_named()
    {
        var fault = Composing.FaultsOf(
            Composing.Catalog<CatalogA>(_sound.With(_sound.Query("summary"))),
            Composing.Catalog<CatalogB>(_sound.Query("summary"))).ShouldHaveSingleItem();

        fault.Kind.ShouldBe(CatalogFaultKind.DuplicateName);
        fault.ToString().ShouldContain("'summary'");
        fault.What.ShouldContain("CatalogA and CatalogB");
    }

    [Fact]
    public void Names_that_differ_in_case_only_are_one_name_because_configuration_keys_are()
    {
        Composing.TheFault(CatalogFaultKind.DuplicateName, "Summary", _sound.With(_sound.Query("summary"), _sound.Query("Summary")));
    }

    [Fact]
    public void Declarations_of_different_kinds_may_share_a_name()
    {
        Composing.Compose(_sound.With(_sound.Query("account"), new Screen("account"), new Mutation("account"))).Queries.ShouldHaveSingleItem();
    }

    [Fact]
    public void Every_kind_of_declaration_is_looked_through_for_shared_names()
    {
        var faults = Composing.Faults(_sound.With(
            new Tag<int>("account"), new Screen("home"), new Screen("home"), new Mutation("pay"), new Mutation("pay"),
            new Event<string>("account.changed").Invalidates(_sound.Account, text => text)));

        faults.Select(fault => (fault.Kind, fault.DeclarationKind)).ShouldBe(
        [
            (CatalogFaultKind.DuplicateName, "tag"), (CatalogFaultKind.DuplicateName, "event"),
            (CatalogFaultKind.DuplicateName, "screen"), (CatalogFaultKind.DuplicateName, "mutation"),
        ]);
    }

    [Fact]
    public void One_object_in_two_catalogs_is_a_fault_of_its_own_and_no_shared_name()
    {
        var fault = Composing.FaultsOf(
            Composing.Catalog<CatalogA>(_sound.With()),
            Composing.Catalog<CatalogB>(_sound.Account)).ShouldHaveSingleItem();

        fault.Kind.ShouldBe(CatalogFaultKind.DuplicateName);
        fault.Declaration.ShouldBe("account");
        fault.What.ShouldBe("the same object stands in CatalogA and CatalogB");
    }

    [Fact]
    public void One_object_in_two_fields_of_one_catalog_is_fine()
    {
        Composing.Compose(_sound.With(_sound.Account)).Tags.ShouldHaveSingleItem();
    }

    [Fact]
    public void Two_events_of_one_type_are_a_fault_that_names_both()
    {
        var other = new Event<AccountChanged>("account.renamed").Invalidates(_sound.Account, e => e.AccountId);
        Composing.TheFault(CatalogFaultKind.DuplicateName, "account.changed", _sound.With(other)).What
            .ShouldContain("'account.changed' in CatalogA, 'account.renamed' in CatalogA");
    }

    [Fact]
    public void Two_catalog_classes_of_one_name_are_told_apart_by_namespace()
    {
        var model = CatalogComposer.Compose(
            [Composing.Catalog<CatalogA>(_sound.With()), Composing.Catalog<Elsewhere.CatalogA>(new Screen("home"))], Composing.Options(), hasScopeInitializer: false);

        model.Tags.ShouldHaveSingleItem().Catalog.ShouldBe("Freshet.Tests.CatalogA");
        model.Screens.ShouldHaveSingleItem().Catalog.ShouldContain("Elsewhere");
    }

    private static class Elsewhere
    {
        internal sealed class CatalogA;
    }
}
