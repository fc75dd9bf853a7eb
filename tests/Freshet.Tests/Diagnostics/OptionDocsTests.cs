namespace Freshet.Tests.Diagnostics;

public sealed class OptionDocsTests
{
    [Fact]
    public void EveryOptionHasARowWithItsDefault()
    {
        OptionTable.Faults("operating.md", new FreshetOptions()).ShouldBeEmpty();
        OptionTable.Faults("nodes.md", new SharedLogOptions()).ShouldBeEmpty();
        OptionTable.Faults("second-level.md", new SecondLevelOptions()).ShouldBeEmpty();
        OptionTable.Faults("targets.md", new CacheTargetOptions()).ShouldBeEmpty();
    }

    [Fact]
    public void ARowThatIsMissingOrSaysSomethingElseIsAFault()
    {
        OptionTable.Faults("memory.md", new SharedLogOptions()).Count().ShouldBe(typeof(SharedLogOptions).GetProperties().Length);
        OptionTable.Faults("nodes.md", new SharedLogOptions { LeaseDuration = TimeSpan.FromSeconds(3) }).ShouldHaveSingleItem().ShouldBe("nodes.md says of LeaseDuration 2 s, and it is 3 s.");
    }
}
