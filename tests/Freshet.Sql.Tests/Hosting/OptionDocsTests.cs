namespace Freshet.Sql.Tests.Hosting;

public sealed class OptionDocsTests
{
    [Fact]
    public void EveryOptionHasARowWithItsDefault() => OptionTable.Faults("outbox.md", new SqlOutboxOptions()).ShouldBeEmpty();
}
