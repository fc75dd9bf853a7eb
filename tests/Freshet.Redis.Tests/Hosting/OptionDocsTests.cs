namespace Freshet.Redis.Tests.Hosting;

public sealed class OptionDocsTests
{
    [Fact]
    public void EveryOptionHasARowWithItsDefault() => OptionTable.Faults("nodes.md", new RedisOptions()).ShouldBeEmpty();
}
