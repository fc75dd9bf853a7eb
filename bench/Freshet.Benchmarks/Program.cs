using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Freshet.Benchmarks;

switch (args)
{
    case ["memory"]:
        StoreMemory.Print();
        return;
    case ["threads"]:
        Threads.Print();
        return;
    case ["cold-bytes"]:
        ColdBytes.Print();
        return;
    case ["cold-times", .. var which]:
        ColdTimes.Print(which.FirstOrDefault());
        return;
    case ["ratios"]:
        EvictionRatios.Print();
        return;
    case ["holds"]:
        StoreHolds.Print();
        return;
}

// In one process, so that baseline and contender meet the same noise, and nothing is restored while measuring.
var config = DefaultConfig.Instance
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(5).WithIterationCount(15))
    .HideColumns(Column.Job, Column.Toolchain, Column.IterationCount, Column.WarmupCount);

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
