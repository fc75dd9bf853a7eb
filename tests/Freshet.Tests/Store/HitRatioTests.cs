namespace Freshet.Tests.Store;

/// <summary>How many reads the store answers on traces with a fixed seed, beside LRU and FIFO of the same size.</summary>
public sealed class HitRatioTests
{
    private const double Point = 0.01;

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(20)]
    public void OnAZipfTraceItIsBetterThanLruAndFarBetterThanFifo(int percent)
    {
        var (sieve, lru, fifo) = Ratios(Traces.Zipf(), Traces.Keys * percent / 100);

        sieve.ShouldBeGreaterThan(lru + 2 * Point);
        sieve.ShouldBeGreaterThan(fifo + 5 * Point);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(20)]
    public void WithScansInBetweenItIsFarBetterThanBoth(int percent)
    {
        var (sieve, lru, fifo) = Ratios(Traces.ZipfWithScans(), Traces.Keys * percent / 100);

        sieve.ShouldBeGreaterThan(lru + 5 * Point);
        sieve.ShouldBeGreaterThan(fifo + 7 * Point);
    }

    private static (double Sieve, double Lru, double Fifo) Ratios(int[] trace, int capacity)
    {
        var shelf = new Shelf(capacity);
        var sieve = Traces.HitRatio(trace, shelf.Read, key => shelf.Put(key));
        shelf.ShouldBeConsistent();
        return (sieve, Traces.InOrder(trace, capacity, movesOnRead: true), Traces.InOrder(trace, capacity, movesOnRead: false));
    }
}
