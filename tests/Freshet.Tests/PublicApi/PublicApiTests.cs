namespace Freshet.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_surface_of_Freshet_is_the_one_that_was_reviewed()
    {
        ReviewedFile.ShouldHold(PublicApiLister.List(typeof(CatalogModel).Assembly), RepositoryRoot.File("src", "Freshet", "PublicApi.txt"), "FRESHET_ACCEPT_API");
    }

    [Fact]
    public void A_difference_shows_what_came_and_what_went()
    {
        ReviewedFile.Difference(["a", "b"], ["b", "c"]).ShouldBe(["- a", "+ c"]);
        ReviewedFile.Difference(["a"], ["a"]).ShouldBeEmpty();
    }

    [Fact]
    public void The_list_has_types_members_parameters_nullability_and_constraints_and_nothing_internal()
    {
        var lines = PublicApiLister.List(typeof(CatalogModel).Assembly);

        lines.ShouldContain("sealed class Freshet.CachedQuery<TArgs, TValue> : Freshet.CachedQuery where TArgs : notnull");
        lines.ShouldContain("sealed record Freshet.QueryPolicy : System.IEquatable<Freshet.QueryPolicy>");
        lines.ShouldContain("Freshet.QueryPolicy.TimeToLive.get -> required System.TimeSpan");
        lines.ShouldContain("Freshet.QueryPolicy.TimeToLive.init -> required System.TimeSpan");
        lines.ShouldContain("static Freshet.QueryPolicy.For(Freshet.RiskLevel level) -> Freshet.QueryPolicy");
        lines.ShouldContain("abstract Freshet.CachedQuery.VersionMember.get -> string?");
        lines.ShouldContain("Freshet.RiskLevel.High = 2");
        lines.ShouldContain("const Freshet.KeyText.MaxLength = 512 -> int");
        lines.ShouldContain("protected Freshet.Catalog.new(string? owner = default)");
        lines.ShouldNotContain(line => line.Contains(nameof(CatalogComposer)) || line.Contains("<Clone>") || line.Contains("EqualityContract"));
    }
}
