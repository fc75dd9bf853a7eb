namespace Freshet.Tests.Store;

public sealed class SizeEstimateTests
{
    private sealed record Page(string Html);

    [Fact]
    public void TheDefaultCountsByLengthWhatHasOne()
    {
        SizeEstimate.Of<string?>(null).ShouldBe(0);
        SizeEstimate.Of("0123456789").ShouldBe(24 + 20);
        SizeEstimate.Of(new byte[1_000]).ShouldBe(24 + 1_000);
        SizeEstimate.Of(new ReadOnlyMemory<byte>(new byte[1_000])).ShouldBe(24 + 1_000);
        SizeEstimate.Of(new double[1_000]).ShouldBe(24 + 8_000);
        SizeEstimate.Of(new Page[10]).ShouldBe(24 + 640);
        SizeEstimate.Of(new List<int>(Enumerable.Range(0, 10))).ShouldBe(24 + 640);
        SizeEstimate.Of<IReadOnlyList<Page>>([new Page("a"), new Page("b")]).ShouldBe(24 + 128);
        SizeEstimate.Of(new Dictionary<string, int> { ["a"] = 1 }).ShouldBe(24 + 64);
        SizeEstimate.Of(new HashSet<string> { "a", "b" }).ShouldBe(24 + 128);
        SizeEstimate.Of(new Page("a")).ShouldBe(256);
        SizeEstimate.Of(42).ShouldBe(256);
    }

    [Fact]
    public void AnEntryCostsItsOverheadItsTagsItsKeyAndItsValue()
    {
        SizeEstimate.OfEntry("0123456789", new Page("a"), 3, null).ShouldBe(160 + 3 * 8 + (24 + 20) + 256);
        SizeEstimate.OfEntry(7, new Page("a"), 0, null).ShouldBe(160 + 256, "a number stands in the entry itself");
        SizeEstimate.OfEntry(Guid.Empty, new Page("a"), 0, null).ShouldBe(160 + 8 + 256, "so does a Guid, which makes it larger");
        SizeEstimate.OfEntry(new Page("key"), new Page("a"), 0, null).ShouldBe(160 + 24 + 256);
    }

    [Theory]
    [InlineData(1_000, 1_000)]
    [InlineData(-5, 0)]
    public void ADeclaredSizeReplacesTheGuess(long declared, int counted) =>
        SizeEstimate.OfEntry(7, new Page("a"), 0, _ => declared).ShouldBe(160 + counted);

    [Fact]
    public void ASizePastWhatFitsIsTheLargestThereIs() =>
        SizeEstimate.OfEntry(7, new Page("a"), 0, _ => long.MaxValue).ShouldBe(int.MaxValue);
}
