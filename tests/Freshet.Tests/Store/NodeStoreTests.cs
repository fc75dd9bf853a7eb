namespace Freshet.Tests.Store;

/// <summary>The limits, and what an entry that leaves gives back.</summary>
public sealed class NodeStoreTests
{
    [Fact]
    public void TheLimitOfEntriesHoldsOverAllQueriesTogether()
    {
        var shelf = new Shelf(maxEntries: 10);
        var other = new EntryStore<int, int>(shelf.Node);

        for (var key = 0; key < 10; key++) shelf.Put(key);
        for (var key = 0; key < 4; key++) shelf.Put(other, key);

        shelf.Store.Count.ShouldBe(6);
        other.Count.ShouldBe(4);
        shelf.Store.Evictions[EvictionReason.Entries].ShouldBe(4);
        other.Evictions[EvictionReason.Entries].ShouldBe(0);
        shelf.ShouldBeConsistent(shelf.Store, other);
    }

    [Fact]
    public void TheLimitOfBytesEvictsAsManyAsTheNewcomerNeeds()
    {
        var shelf = new Shelf(maxEntries: 1_000, maxBytes: 1_000);
        for (var key = 0; key < 100; key++) shelf.Put(key, bytes: 10);

        shelf.Put(100, bytes: 95);

        shelf.Node.Bytes.ShouldBe(995);
        shelf.Store.Evictions[EvictionReason.Bytes].ShouldBe(10);
        shelf.Store.Evictions[EvictionReason.Entries].ShouldBe(0);
        shelf.ShouldBeConsistent();
    }

    [Fact]
    public void AnEntryOfMoreThanATenthOfTheBytesIsNotStoredAndEvictsNobody()
    {
        var shelf = new Shelf(maxEntries: 1_000, maxBytes: 1_000);
        for (var key = 0; key < 100; key++) shelf.Put(key, bytes: 10);

        shelf.Put(100, bytes: 101).ShouldBeFalse();
        shelf.Put(101, bytes: 100).ShouldBeTrue();

        shelf.Store.Evictions[EvictionReason.Oversized].ShouldBe(1);
        shelf.Read(100).ShouldBeFalse();
        shelf.Store.Count.ShouldBe(91);
        shelf.ShouldBeConsistent();
    }

    [Fact]
    public void ReplacingByALargerEntryMakesRoomToo()
    {
        var shelf = new Shelf(maxEntries: 1_000, maxBytes: 1_000);
        for (var key = 0; key < 100; key++) shelf.Put(key, bytes: 10);

        shelf.Put(50, bytes: 40);

        shelf.Node.Bytes.ShouldBe(1_000);
        shelf.Store.Count.ShouldBe(97);
        shelf.Read(50).ShouldBeTrue();
        shelf.ShouldBeConsistent();
    }

    [Fact]
    public void AnOlderEntryDoesNotReplaceANewerOne()
    {
        var shelf = new Shelf(maxEntries: 10);
        shelf.Put(1, version: 2);

        shelf.Put(1, version: 1).ShouldBeFalse();

        shelf.Store.Evictions[EvictionReason.Replaced].ShouldBe(0);
        shelf.ShouldBeConsistent();
    }

    [Fact]
    public void ExpiredEntriesAreRemovedAndCounted()
    {
        var shelf = new Shelf(maxEntries: 10);
        for (var key = 0; key < 10; key++) shelf.Put(key, expiresAt: key);

        shelf.Store.RemoveExpired(now: 4).ShouldBe(5);

        shelf.Keys.ShouldBe([5, 6, 7, 8, 9]);
        shelf.Store.Evictions[EvictionReason.Expired].ShouldBe(5);
        shelf.ShouldBeConsistent();
    }

    [Fact]
    public void AnEvictedEntryGivesItsMarksBackSoThatBookkeepingFallsBack()
    {
        var shelf = new Shelf(maxEntries: 5);
        for (var key = 0; key < 500; key++) shelf.Put(key);
        shelf.Marks.Count.ShouldBe(500);

        shelf.Marks.Forget(long.MaxValue).ShouldBe(495);

        shelf.Marks.Count.ShouldBe(5);
    }

    [Fact]
    public void AnEntryThatIsHeldByAReaderAfterItLeftKeepsNoNeighbourAlive()
    {
        var shelf = new Shelf(maxEntries: 3);
        for (var key = 0; key < 3; key++) shelf.Put(key);
        shelf.Store.TryGet(1, out var replaced);
        shelf.Put(1);
        shelf.Store.TryGet(1, out var evicted);
        shelf.Node.Trim(3);

        foreach (var entry in new Entry[] { replaced!, evicted! })
        {
            entry.IsLinked.ShouldBeFalse();
            entry.Older.ShouldBeNull();
            entry.Newer.ShouldBeNull();
        }
    }

    [Fact]
    public void ASweepLeavesAnEntryToTheEvictionThatHasTakenItOffTheList()
    {
        var shelf = new Shelf(maxEntries: 10);
        shelf.Put(1, expiresAt: 0);
        shelf.Store.TryGet(1, out var entry);
        shelf.Node.TryUnlink(entry!).ShouldBeTrue(); // another thread evicts it and has come this far

        shelf.Store.RemoveExpired(now: 1).ShouldBe(0);

        entry!.Marks[0].Uses.ShouldBe(1, "given back by the eviction only");
        shelf.Store.Drop(entry, EvictionReason.Entries);
        entry.Marks[0].Uses.ShouldBe(0);
        shelf.ShouldBeConsistent();
    }

    [Fact]
    public void AnEvictionThatWasOvertakenByAReplacementRemovesItsOwnEntryOnly()
    {
        var shelf = new Shelf(maxEntries: 10);
        shelf.Put(1);
        shelf.Store.TryGet(1, out var evicted);
        shelf.Node.TryUnlink(evicted!).ShouldBeTrue(); // another thread evicts it and has come this far
        shelf.Put(1);
        shelf.Store.TryGet(1, out var newer);

        shelf.Store.Drop(evicted!, EvictionReason.Entries);

        shelf.Store.TryGet(1, out var present).ShouldBeTrue();
        present.ShouldBeSameAs(newer);
        shelf.Store.Evictions[EvictionReason.Replaced].ShouldBe(0);
        shelf.ShouldBeConsistent();
    }

    [Theory]
    [InlineData(100, 100, 10)]
    [InlineData(101, 100, 10)]
    [InlineData(99, 100, 0)]
    [InlineData(1, 0, 0)] // unknown before the first collection
    public void ScarceMemoryEvictsATenthOncePerCollection(long load, long highLoad, int evicted)
    {
        var shelf = new Shelf(maxEntries: 100);
        for (var key = 0; key < 100; key++) shelf.Put(key);
        var reading = new MemoryReading(Collection: 7, load, highLoad);
        var relief = new PressureRelief(shelf.Node, () => reading);

        relief.Relieve().ShouldBe(evicted);
        relief.Relieve().ShouldBe(0, "nothing has been collected since");
        reading = reading with { Collection = 8 };
        relief.Relieve().ShouldBe(evicted == 0 ? 0 : 9);

        shelf.Store.Evictions[EvictionReason.Pressure].ShouldBe(100 - shelf.Store.Count);
        shelf.ShouldBeConsistent();
    }

    [Fact]
    public void TrimmingTakesNoMoreThanThereIs()
    {
        var shelf = new Shelf(maxEntries: 100);
        shelf.Put(0);
        shelf.Put(1);

        shelf.Node.Trim(5).ShouldBe(2);

        shelf.Node.Count.ShouldBe(0);
        shelf.ShouldBeConsistent();
    }

    [Fact]
    public void TheDefaultLimitOfBytesIsAQuarterOfTheMemoryAvailable()
    {
        var limits = StoreLimits.From(new FreshetOptions());

        limits.Entries.ShouldBe(1_000_000);
        limits.Bytes.ShouldBe(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);
        limits.Bytes.ShouldBeGreaterThan(FreshetOptions.LeastMaxBytes);
    }
}
