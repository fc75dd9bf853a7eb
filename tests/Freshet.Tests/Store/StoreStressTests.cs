namespace Freshet.Tests.Store;

/// <summary>Many threads at once on two queries of one node: what is left fits together, and every mark was given back exactly once.</summary>
public sealed class StoreStressTests
{
    private const int Threads = 4;
    private const int Rounds = 40;
    private const int StepsPerRound = 500;

    [Fact]
    public void PutsReplacementsSweepsTrimsAndReadsOfManyThreadsLeaveListDictionaryAndMarksConsistent()
    {
        var shelf = new Shelf(maxEntries: 50, maxBytes: 2_000);
        var stores = new[] { shelf.Store, new EntryStore<int, int>(shelf.Node) };
        Exception? failure = null;
        // Between two rounds nobody works: then, and only then, everything must fit together.
        using var barrier = new Barrier(Threads, _ =>
        {
            if (failure is not null) return;
            try
            {
                shelf.ShouldBeConsistent(stores);
                shelf.Node.Count.ShouldBeLessThanOrEqualTo(50);
                shelf.Node.Bytes.ShouldBeLessThanOrEqualTo(2_000);
            }
            catch (Exception error)
            {
                failure = error;
            }
        });

        var threads = Enumerable.Range(0, Threads).Select(number => new Thread(() => Work(number))).ToList();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();

        failure.ShouldBeNull();
        foreach (var reason in new[] { EvictionReason.Entries, EvictionReason.Expired, EvictionReason.Pressure, EvictionReason.Replaced })
            stores.Sum(store => store.Evictions[reason]).ShouldBeGreaterThan(0, reason.ToString());

        void Work(int number)
        {
            var random = new Random(number);
            for (var round = 0; round < Rounds; round++)
            {
                try
                {
                    for (var step = 0; step < StepsPerRound; step++) Take(random);
                }
                catch (Exception error)
                {
                    failure = error;
                }
                barrier.SignalAndWait(TestContext.Current.CancellationToken);
            }
        }

        void Take(Random random)
        {
            var (at, key) = (random.Next(2), random.Next(80));
            switch (random.Next(20))
            {
                case < 8:
                    stores[at].TryGet(key, out _);
                    break;
                case < 18:
                    shelf.Put(stores[at], key, bytes: random.Next(1, 100), expiresAt: random.Next(100));
                    break;
                case 18:
                    stores[at].RemoveExpired(random.Next(20));
                    break;
                default:
                    shelf.Node.Trim(2);
                    break;
            }
        }
    }
}
