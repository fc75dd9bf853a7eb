using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Benchmarks;

/// <summary>Bytes that stay in memory per entry beyond its key and value, after loading through the whole read path.</summary>
internal static class StoreMemory
{
    private const int Entries = 200_000;

    public static void Print()
    {
        // The first run pays for types and pools that are made once. Each query is measured once: it holds on to the application that
        // read it last, whose entries would go when the next one reads.
        Measure(BenchCatalog.OneSharedTag);
        Console.WriteLine($"bytes per entry, key and value not counted, {Entries:N0} entries:");
        Console.WriteLine($"  no tags                                  {Measure(BenchCatalog.NoTags):F0}");
        Console.WriteLine($"  2 tags that all entries share            {Measure(BenchCatalog.TwoSharedTags):F0}");
        Console.WriteLine($"  1 shared tag and 1 of the entry's own    {Measure(BenchCatalog.SharedAndOwnTag):F0}");
        Console.WriteLine($"  2 tags of the entry's own                {Measure(BenchCatalog.TwoTags):F0}");
    }

    private static double Measure(CachedQuery<string, Summary> query)
    {
        var keys = Enumerable.Range(0, Entries).Select(i => $"acc_{i}").ToArray();
        var services = new ServiceCollection();
        services.AddFreshet().Add<BenchCatalog>();
        using var provider = services.BuildServiceProvider();
        var freshet = provider.GetRequiredService<IFreshet>();
        var values = new Summary[Entries];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Entries; i++) values[i] = freshet.ReadAsync(query, keys[i]).AsTask().GetAwaiter().GetResult();
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(freshet);
        const int valueBytes = 32; // header, type, reference, number
        return (double)held / Entries - valueBytes;
    }
}
