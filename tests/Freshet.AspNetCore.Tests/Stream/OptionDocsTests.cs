using Freshet.Tests;

namespace Freshet.AspNetCore.Tests.Stream;

public sealed class OptionDocsTests
{
    [Fact]
    public void Every_option_has_a_row_with_its_default() => OptionTable.Faults("stream.md", new FreshetStreamOptions()).ShouldBeEmpty();
}
