namespace Freshet.Tests;

public sealed class CatalogTests
{
    [Fact]
    public void Declarations_are_found_in_static_fields_and_properties_public_or_not_and_each_once()
    {
        Catalog.DeclarationsOf(typeof(Shapes)).Select(declaration => declaration.Name).ShouldBe(["public", "private", "property"], ignoreOrder: true);
    }

    private sealed class Shapes() : Catalog("shapes-team")
    {
        public static readonly Tag<string> Public = new("public");
        public static readonly Tag<string> Alias = Public;
        private static readonly Tag<string> _private = new("private");
        public static readonly Tag Value = _private.For("not a declaration");
        public static readonly Tag<string>? Nothing = Property is null ? Public : null;

        public static Tag<string> Property { get; } = new("property");

        public Tag<string> OfAnInstance { get; } = new("instance");
    }
}
