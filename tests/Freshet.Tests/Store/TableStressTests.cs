namespace Freshet.Tests.Store;

/// <summary>Readers of entries that are there all the time, while others come, go, are replaced and the table grows and shrinks around them.</summary>
public sealed class TableStressTests
{
    private const int Staying = 64;
    private const int Coming = 6_000;
    private const int Cycles = 12;

    /// <param name="Number">The key.</param>
    /// <param name="HashCodes">How many hash codes there are: few make long chains, in which much moves under a reader.</param>
    public readonly record struct Key(int Number, int HashCodes)
    {
        public override int GetHashCode() => Number % HashCodes;
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(500)]
    public async Task WhatIsThereAllTheTimeIsNeverMissed(int hashCodes)
    {
        var node = new NodeStore(new StoreLimits(int.MaxValue, long.MaxValue));
        var store = new EntryStore<Key, int>(node);
        var epoch = Epoch.Create();
        var applied = new AppliedPosition(new LogPosition(epoch, 0), new MarkTable(epoch, forgottenUpTo: 0), sequence: 1);
        for (var number = 0; number < Staying; number++) Put(number, expiresAt: 1_000);
        var (done, reads, missed) = (false, 0L, 0L);

        var readers = Enumerable.Range(0, 2).Select(reader => Task.Factory.StartNew(() => Read(reader), TaskCreationOptions.LongRunning)).ToList();
        for (var cycle = 0; cycle < Cycles; cycle++)
        {
            for (var number = Staying; number < Staying + Coming; number++)
            {
                Put(number, expiresAt: 1);
                if (number % 5 == 0) Put(number % Staying, expiresAt: 1_000); // one of those that stay gives its place to its successor
            }
            store.RemoveExpired(now: 1).ShouldBe(Coming);
            store.Count.ShouldBe(Staying);
        }
        Volatile.Write(ref done, true);
        await Task.WhenAll(readers);

        missed.ShouldBe(0);
        reads.ShouldBeGreaterThan(0);
        store.Snapshot().Count.ShouldBe(Staying);
        node.Snapshot().ShouldBe(store.Snapshot(), ignoreOrder: true);

        void Read(int seed)
        {
            var random = new Random(seed);
            do
            {
                var number = random.Next(Staying);
                if (!store.TryGet(new Key(number, hashCodes), out var entry) || entry.Value != number) Interlocked.Increment(ref missed);
                Interlocked.Increment(ref reads);
            }
            while (!Volatile.Read(ref done));
        }

        void Put(int number, long expiresAt)
        {
            var key = new Key(number, hashCodes);
            var entry = new Entry<Key, int>(key, number, applied, [], 0, expiresAt, null, isCacheable: true);
            lock (store.Gate) store.PutLocked(key, entry, bytes: 1).ShouldBeTrue();
        }
    }
}
