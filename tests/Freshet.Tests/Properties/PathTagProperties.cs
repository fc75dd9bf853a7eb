using FsCheck;
using FsCheck.Fluent;

namespace Freshet.Tests.Properties;

/// <summary>One route, however it is written, has one normal form; two routes never share one.</summary>
public sealed class PathTagProperties
{
    private static Gen<string> Literals => Gen.Elements("a", "B", "invoices", "Ä", "ß", "Σ", "ς", "σ", "Å", "K", "k", "~", ".", "%20", "-").NonEmptyListOf().Resize(3).Select(string.Concat);

    private static Gen<string> Names => Gen.Elements("id", "slug", "page");

    /// <summary>A segment, and the same segment as somebody else may have written it.</summary>
    private static Gen<(string One, string Other)> Segments => Gen.OneOf(
        from text in Literals from upper in Gen.Elements(true, false) select (text, upper ? text.ToUpperInvariant() : text.ToLowerInvariant()),
        from name in Names from one in Details from other in Details from upper in Gen.Elements(true, false)
        select ($"{{{name}{one}}}", $"{{{(upper ? name.ToUpperInvariant() : name)}{other}}}"),
        from name in Names from one in Gen.Elements("", "*", "**") from other in Gen.Elements("", "*", "**") select ($"{{{one}{name}}}", $"{{{other}{name}}}"),
        from first in Names from second in Names from one in Details from other in Details from between in Gen.Elements(".", "-", "to")
        select ($"{{{first}{one}}}{between}{{{second}}}", $"{{{first}{other}}}{between}{{{second}}}"),
        from name in Names from one in Details from other in Details select ($"v{{{name}{one}}}", $"V{{{name}{other}}}"));

    private static Gen<string> Details => Gen.Elements("", ":int", ":int:min(1)", "?", ":guid?", "=7", ":alpha=x", @":regex(^\d{{3}}/\d{{2,}}$)");

    private static Gen<(string One, string Other)> Routes =>
        from segments in Segments.ListOf().Resize(4)
        from before in Gen.Elements("", "/")
        from after in Gen.Elements("", "/")
        select ("/" + string.Join('/', segments.Select(segment => segment.One)), before + string.Join('/', segments.Select(segment => segment.Other)) + after);

    [Theory]
    [InlineData("/files/{name}.{ext:alpha}", "/files/{name}.{ext}")]
    [InlineData("v{version:int}/X/", "/v{version}/x")]
    [InlineData(@"/zip/{zip:regex(^\d{{5}}/\d$)}/{**rest?}", "/zip/{zip}/{rest}")]
    [InlineData("/{{literal}}/{id=7}", "/{{literal}}/{id}")]
    [InlineData("/ΛΌΓΟΣ", "/λόγοσ")]
    [InlineData("", "/")]
    public void TheNormalFormKeepsLiteralsAndNamesAndNothingElse(string written, string normal) => PathTags.Normalize(written).ShouldBe(normal);

    [Fact]
    public void OneRouteHasOneNormalFormHoweverItIsWritten() =>
        Property.Holds(Routes, route => PathTags.Normalize(route.Other).ShouldBe(PathTags.Normalize(route.One)), runs: 1_000, size: 10);

    [Fact]
    public void ANormalFormIsItsOwnNormalForm() => Property.Holds(Gen.OneOf(Routes.Select(route => route.One), AnyText), path =>
    {
        var normal = PathTags.Normalize(path);
        PathTags.Normalize(normal).ShouldBe(normal);
        normal.ShouldStartWith("/");
        if (normal.Length > 1) normal.ShouldNotEndWith("/");
    }, runs: 2_000, size: 20);

    /// <summary>Routing compares without case, character by character.</summary>
    [Fact]
    public void PathsThatDifferInCaseAloneHaveOneNormalForm()
    {
        foreach (var same in Enumerable.Range(0, char.MaxValue + 1).Select(number => (char)number).Where(c => !char.IsSurrogate(c)).GroupBy(char.ToUpperInvariant))
        {
            foreach (var c in same)
            {
                string.Equals($"{c}", $"{same.Key}", StringComparison.OrdinalIgnoreCase).ShouldBeTrue();
                PathTags.Normalize($"/x{c}").ShouldBe(PathTags.Normalize($"/x{same.Key}"));
                PathTags.Normalize(PathTags.Normalize($"/x{c}")).ShouldBe(PathTags.Normalize($"/x{c}"));
            }
        }
        Property.Holds(Literals.Two(), both =>
        {
            if (!string.Equals(both.Item1, both.Item2, StringComparison.OrdinalIgnoreCase)) return;
            PathTags.Normalize(both.Item1).ShouldBe(PathTags.Normalize(both.Item2));
        }, runs: 1_000, size: 3);
    }

    [Fact]
    public void PathsThatDifferInMoreThanCaseHaveTwoNormalForms() => Property.Holds(Literals.Two(), both =>
    {
        if (string.Equals(both.Item1, both.Item2, StringComparison.OrdinalIgnoreCase)) return;
        PathTags.Normalize(both.Item1).ShouldNotBe(PathTags.Normalize(both.Item2));
    }, runs: 1_000, size: 3);

    [Fact]
    public void RoutesWithOtherLiteralsOrParametersHaveOtherNormalForms() => Property.Holds(
        from first in Names from second in Names from third in Names
        from separator in Gen.Elements(".", "-", "/", "to")
        select (first, second, third, separator),
        parts =>
        {
            var (first, second, third, separator) = parts;
            var normal = PathTags.Normalize($"/x/{{{first}}}{separator}{{{second}}}");
            normal.ShouldNotBe(PathTags.Normalize($"/x/{{{first}}}"));
            (normal == PathTags.Normalize($"/x/{{{first}}}{separator}{{{third}}}")).ShouldBe(second == third);
            normal.ShouldNotBe(PathTags.Normalize($"/y/{{{first}}}{separator}{{{second}}}"));
        });

    /// <summary>What a page is tagged with is what <c>RevalidatePath</c> invalidates, for the page and for each layout above it.</summary>
    [Fact]
    public void APageCarriesTheTagOfItsRouteAndOfEachLayoutAboveIt() => Property.Holds(Routes, route =>
    {
        var tags = PathTags.Of("/some/where", route.One);
        tags.ShouldContain(PathTags.For(route.Other, PathScope.Page));
        for (var layout = PathTags.Normalize(route.Other); layout.Length > 0; layout = layout[..layout.LastIndexOf('/')])
            tags.ShouldContain(PathTags.For(layout, PathScope.Layout), layout);
        tags.ShouldContain(PathTags.For("/", PathScope.Layout));
        tags.Count(tag => tag.Kind == PathTags.PageKind).ShouldBe(PathTags.Normalize(route.One) == "/some/where" ? 1 : 2);
    }, size: 10);

    private static Gen<string> AnyText => Gen.Elements("/", "//", "{", "}", "*", ":", "?", "=", "a", "B", "Σ", "ς", ".", " ").ListOf().Select(string.Concat);
}
