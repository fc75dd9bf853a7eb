using BenchmarkDotNet.Attributes;

namespace Freshet.Benchmarks;

/// <summary>One invalidation, from opening the action to having applied the record, with a thousand and a million entries under its tag.</summary>
[MemoryDiagnoser]
public class InvalidationBenchmarks
{
    private BenchApp _few = null!;
    private BenchApp _many = null!;
    private static readonly Tag _tag = BenchCatalog.Shared.For("all");

    [GlobalSetup]
    public void Fill() // not async: the in-process toolchain does not wait for a task
    {
        _few = FilledAsync(1_000).GetAwaiter().GetResult();
        _many = FilledAsync(1_000_000).GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public void Stop()
    {
        _few.Dispose();
        _many.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void AThousandEntries() => _few.Invalidate(_tag);

    [Benchmark]
    public void AMillionEntries() => _many.Invalidate(_tag);

    private static async Task<BenchApp> FilledAsync(int entries)
    {
        var app = new BenchApp();
        for (var i = 0; i < entries; i++) await app.Freshet.ReadAsync(BenchCatalog.OneSharedTag, $"k{i}");
        return app;
    }
}
