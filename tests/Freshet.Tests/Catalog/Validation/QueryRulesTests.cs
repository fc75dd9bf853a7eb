namespace Freshet.Tests;

public sealed class QueryRulesTests
{
    private readonly Sound _sound = new();

    [Fact]
    public void A_query_without_a_loader_is_a_fault()
    {
        var query = new CachedQuery<string, string>("summary", RiskLevel.High).DependsOn(_sound.Account, id => id);
        Composing.TheFault(CatalogFaultKind.NoLoader, "summary", _sound.With(query)).WayOut.ShouldContain(".LoadWith(");
    }

    [Fact]
    public void Arguments_without_a_text_form_are_a_fault_until_KeyedBy_names_their_members()
    {
        CachedQuery<Search, string> Query() =>
            new CachedQuery<Search, string>("search", RiskLevel.Low).LoadWith((search, _) => Task.FromResult(search.Words));

        Composing.TheFault(CatalogFaultKind.UnsupportedKey, "search", Query()).WayOut.ShouldContain(".KeyedBy(");
        Composing.Compose(Query().KeyedBy(search => search.Words, search => search.Page)).Queries
            .ShouldHaveSingleItem().Declaration.KeyMembers.ShouldBe(["Words", "Page"]);
    }

    [Fact]
    public void A_key_member_without_a_text_form_is_a_fault()
    {
        var query = new CachedQuery<Search, string>("search", RiskLevel.Low).KeyedBy(search => search.Filters).LoadWith((search, _) => Task.FromResult(search.Words));
        Composing.TheFault(CatalogFaultKind.UnsupportedKey, "search", query).What.ShouldContain("key member");
    }

    [Fact]
    public void A_tag_key_without_a_text_form_is_a_fault()
    {
        Composing.TheFault(CatalogFaultKind.UnsupportedKey, "search", new Tag<string, Search>("search"));
    }

    [Fact]
    public void A_query_that_requires_a_scope_initializer_starts_only_with_one()
    {
        Composing.TheFault(CatalogFaultKind.NoScopeInitializer, "summary", _sound.With(_sound.Query("summary").RequiresScopeInitializer()))
            .WayOut.ShouldContain("InitializeScopesWith");

        var sound = new Sound();
        CatalogComposer.Compose([Composing.Catalog<CatalogA>(sound.With(sound.Query("summary").RequiresScopeInitializer()))], Composing.Options(), hasScopeInitializer: true)
            .Queries.ShouldHaveSingleItem();
    }

    private sealed record Search(string Words, int Page, string[] Filters);
}
