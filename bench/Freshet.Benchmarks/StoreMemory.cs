using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Benchmarks;

/// <summary>Bytes that stay in memory per entry beyond its key and value, and per invalidated tag beyond the tag itself, after going the whole way.</summary>
internal static class StoreMemory
{
    private const int Entries = 200_000;
    private const int Tags = 200_000;

    public static void Print()
    {
        // The first run pays for types and pools that are made once. Each query is measured once: it holds on to the application that
        // read it last, whose entries would go when the next one reads.
        PerEntry(BenchCatalog.OneSharedTag);
        PerTag(Expire, Tags);
        Console.WriteLine($"bytes per entry, key and value not counted, {Entries:N0} entries:");
        Console.WriteLine($"  no tags                                  {PerEntry(BenchCatalog.NoTags):F0}");
        Console.WriteLine($"  2 tags that all entries share            {PerEntry(BenchCatalog.TwoSharedTags):F0}");
        Console.WriteLine($"  1 shared tag and 1 of the entry's own    {PerEntry(BenchCatalog.SharedAndOwnTag):F0}");
        Console.WriteLine($"  2 tags of the entry's own                {PerEntry(BenchCatalog.TwoTags):F0}");
        Console.WriteLine($"  2 shared tags, the log moves between     {PerEntry(BenchCatalog.TwoSharedTagsMoving, logMoves: true):F0}");
        Console.WriteLine($"bytes per invalidated tag that nobody reads, its text not counted, {Tags:N0} tags:");
        Console.WriteLine($"  expired                                  {PerTag(Expire, Tags):F0}");
        Console.WriteLine($"  marked stale                             {PerTag(MarkStale, Tags):F0}");
        Console.WriteLine($"  marked stale twice, two deadlines        {PerTag(MarkStaleTwice, Tags):F0}");
    }

    private static double PerEntry(CachedQuery<string, Summary> query, bool logMoves = false)
    {
        var keys = Enumerable.Range(0, Entries).Select(i => $"acc_{i}").ToArray();
        using var provider = Compose();
        var freshet = provider.GetRequiredService<IFreshet>();
        var values = new Summary[Entries];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Entries; i++)
        {
            values[i] = freshet.ReadAsync(query, keys[i]).AsTask().GetAwaiter().GetResult();
            if (logMoves) InUserAction(freshet, () => freshet.UpdateTag(BenchCatalog.Unrelated.For("any")));
        }
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(freshet);
        const int valueBytes = 32; // header, type, reference, number
        return (double)held / Entries - valueBytes;
    }

    private static double PerTag(Action<IFreshet, Tag> invalidate, int tags)
    {
        var all = Enumerable.Range(0, tags).Select(i => BenchCatalog.Account.For($"acc_{i}")).ToArray(); // their texts are here already
        using var provider = Compose();
        var freshet = provider.GetRequiredService<IFreshet>();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var tag in all) invalidate(freshet, tag);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(freshet);
        GC.KeepAlive(all);
        return (double)held / tags;
    }

    private static ServiceProvider Compose()
    {
        var services = new ServiceCollection();
        services.AddFreshet().Add<BenchCatalog>().Configure(options =>
        {
            options.LogRetention = 1; // the records kept for followers are the log's: a fixed number, whatever is cached
            options.SweepInterval = TimeSpan.FromHours(1); // or tags that nobody reads would be forgotten while they are counted
        });
        return services.BuildServiceProvider();
    }

    private static void Expire(IFreshet freshet, Tag tag) => InUserAction(freshet, () => freshet.UpdateTag(tag));

    private static void MarkStale(IFreshet freshet, Tag tag) => InUserAction(freshet, () => freshet.RevalidateTag(tag, Profile.Minutes));

    private static void MarkStaleTwice(IFreshet freshet, Tag tag)
    {
        MarkStale(freshet, tag);
        InUserAction(freshet, () => freshet.RevalidateTag(tag, Profile.Hours));
    }

    private static void InUserAction(IFreshet freshet, Action write)
    {
        var action = freshet.BeginUserAction("bench");
        write();
        action.CompleteAsync().AsTask().GetAwaiter().GetResult();
    }
}
