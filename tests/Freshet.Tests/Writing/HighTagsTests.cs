namespace Freshet.Tests.Writing;

/// <summary>Which tags a write has to hold: those that values of high queries carry.</summary>
public sealed class HighTagsTests
{
    [Fact]
    public void OfAConstantTagItIsThatOneAlone() => Among(new CachedQuery<string, int>("one", RiskLevel.High).DependsOn(Things.Thing.For("all"))).ShouldBe([Things.Thing.For("all")]);

    [Fact]
    public void OfATagWithAKeyItIsEveryOneOfItsKind() => Among(Things.High).ShouldBe([Things.Thing.For("all"), Things.Thing.For("a")]);

    [Fact]
    public void OfATagThatIsFoundWhileLoadingItIsEveryOneOfItsKind() => Among(Things.Found).ShouldBe([Things.Thing.For("all"), Things.Thing.For("a"), Things.Owner.For("o")]);

    [Fact]
    public void WithoutHighQueriesItIsNone() => Among().ShouldBeEmpty();

    private static IReadOnlyList<Tag> Among(params CachedQuery[] high)
    {
        var tags = new HighTags();
        tags.Adopt(high);
        return tags.Among([.. new[] { Things.Thing.For("all"), Things.Thing.For("a"), Things.Owner.For("o") }.Select(tag => new Invalidation(tag, InvalidationKind.Expire, TimeSpan.Zero))]);
    }
}
