namespace Freshet.Tests.Store;

/// <summary>Which entry goes when the store is full.</summary>
public sealed class SieveTests
{
    [Fact]
    public void TheOldestEntryThatWasNotReadGoesFirst()
    {
        var shelf = Filled(3);
        shelf.Read(0);

        shelf.Put(3);

        shelf.Keys.ShouldBe([0, 2, 3]);
    }

    [Fact]
    public void AnEntryIsSparedOncePerReadNotForEver()
    {
        var shelf = Filled(3);
        shelf.Read(0);
        shelf.Put(3); // spares 0, evicts 1
        shelf.Put(4); // the hand stands on 2
        shelf.Put(5); // 3
        shelf.Put(6); // 4
        shelf.Keys.ShouldBe([0, 5, 6]);
        foreach (var key in new[] { 5, 6 }) shelf.Read(key);

        shelf.Put(7); // past 5 and 6, which were read, and round to 0, which was not read again

        shelf.Keys.ShouldBe([5, 6, 7]);
    }

    [Fact]
    public void WhenEveryEntryWasReadTheNewcomerIsStillNotTheOneToGo()
    {
        var shelf = Filled(3);
        for (var key = 0; key < 3; key++) shelf.Read(key);

        shelf.Put(3);

        shelf.Keys.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void AScanEvictsItselfAndLeavesWhatIsReadOften()
    {
        var shelf = Filled(100);
        for (var key = 0; key < 50; key++) shelf.Read(key);

        for (var scanned = 1_000; scanned < 100_000; scanned++) shelf.Put(scanned);

        for (var key = 0; key < 50; key++) shelf.Read(key).ShouldBeTrue();
        shelf.ShouldBeConsistent();
    }

    [Fact]
    public void AReplacedEntryKeepsItsPlaceAndCountsAsRead()
    {
        var shelf = Filled(3);

        shelf.Put(0).ShouldBeTrue();
        shelf.Keys.ShouldBe([0, 1, 2]);
        shelf.Put(3);

        shelf.Keys.ShouldBe([0, 2, 3]);
        shelf.Store.Evictions[EvictionReason.Replaced].ShouldBe(1);
    }

    [Fact]
    public void ReplacingOrRemovingTheEntryUnderTheHandMovesTheHand()
    {
        var shelf = Filled(4);
        shelf.Read(0);
        shelf.Put(4); // evicts 1, the hand stands on 2
        shelf.Put(2); // replaced under the hand, counts as read
        shelf.Put(5); // so 3 goes; the hand stands on 4
        shelf.Keys.ShouldBe([0, 2, 4, 5]);

        shelf.Store.RemoveExpired(long.MinValue).ShouldBe(0);
        shelf.Node.TryUnlink(shelf.Node.Snapshot()[2]).ShouldBeTrue(); // 4, under the hand
        shelf.Keys.ShouldBe([0, 2, 5]);
        shelf.Put(6);
        shelf.Put(7); // the hand went on to 5, not back to 0

        shelf.Keys.ShouldBe([0, 2, 6, 7]);
    }

    [Fact]
    public void OneSearchSparesABoundedNumberSoThatTheLockIsNeverHeldForAWholeStore()
    {
        var shelf = Filled(SieveList.MostSpared * 3);
        foreach (var key in shelf.Keys.ToList()) shelf.Read(key);

        shelf.Put(-1);

        shelf.Read(SieveList.MostSpared).ShouldBeFalse();
        shelf.Node.Snapshot().Count(entry => entry.Visited).ShouldBe(SieveList.MostSpared * 2 - 1);
    }

    [Fact]
    public void AStoreOfOneEntryKeepsTheNewest()
    {
        var shelf = Filled(1);
        shelf.Read(0);

        shelf.Put(1);

        shelf.Keys.ShouldBe([1]);
    }

    private static Shelf Filled(int entries)
    {
        var shelf = new Shelf(entries);
        for (var key = 0; key < entries; key++) shelf.Put(key);
        return shelf;
    }
}
