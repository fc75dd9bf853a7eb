using Freshet.Tests;

namespace Freshet.AspNetCore.Tests.Rendering;

public sealed class RenderingDocsTests
{
    private static readonly string _page = File.ReadAllText(RepositoryRoot.File("docs", "rendering.md"));

    [Fact]
    public void Every_reason_not_to_store_a_page_is_explained() =>
        Enum.GetValues<RenderRefusal>().Where(refusal => refusal != RenderRefusal.None && !_page.Contains($"`{refusal.Text()}`", StringComparison.Ordinal)).ShouldBeEmpty();
}
