using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Freshet.Simulation.Building;

namespace Freshet.Simulation.Running;

/// <summary>Runs many seeds, several at a time, for a number or for a while.</summary>
/// <param name="run">A simulated build.</param>
/// <param name="threads">How many run at a time: each on one thread of its own.</param>
internal sealed class Campaign(Func<string, string> run, int threads)
{
    /// <summary>How long one run may take before it counts as hanging.</summary>
    private static readonly TimeSpan _watchdog = TimeSpan.FromMinutes(2);

    /// <summary>Runs one seed.</summary>
    public static RunReport Run(Func<string, string> run, RunRequest request) => JsonSerializer.Deserialize<RunReport>(run(JsonSerializer.Serialize(request)))!;

    /// <summary>Runs seeds from the first on.</summary>
    /// <param name="requests">What each seed asks for.</param>
    /// <param name="goesOn">Told of the runs and the time so far; false ends the campaign.</param>
    public Outcome Run(Func<ulong, RunRequest> requests, Func<long, TimeSpan, bool> goesOn)
    {
        var watch = Stopwatch.StartNew();
        var (next, runs, reads, failed, writes) = (-1L, 0L, 0L, 0L, 0L);
        var broken = new ConcurrentBag<(RunRequest Request, Violation Violation)>();
        var crashes = new ConcurrentBag<Exception>();
        var all = Enumerable.Range(0, threads).Select(_ => new Thread(Work)).ToList();
        foreach (var thread in all) thread.Start();
        foreach (var thread in all) thread.Join();
        if (crashes.TryTake(out var crash)) throw new InvalidOperationException("A run failed by itself.", crash);
        return new Outcome(runs, reads, failed, writes, watch.Elapsed, [.. broken.OrderBy(each => each.Request.Seed)]);

        void Work()
        {
            while (crashes.IsEmpty && goesOn(Interlocked.Read(ref next) + 1, watch.Elapsed))
            {
                var request = requests((ulong)Interlocked.Increment(ref next));
                try
                {
                    var began = watch.Elapsed;
                    var report = Run(run, request);
                    if (watch.Elapsed - began > _watchdog) throw new TimeoutException($"Seed {request.Seed} took {watch.Elapsed - began}.");
                    Interlocked.Increment(ref runs);
                    Interlocked.Add(ref reads, report.Reads);
                    Interlocked.Add(ref failed, report.Failed);
                    Interlocked.Add(ref writes, report.Writes);
                    foreach (var violation in report.Violations) broken.Add((request, violation));
                }
                catch (Exception error)
                {
                    crashes.Add(new InvalidOperationException($"Seed {request.Seed}: {error.Message}", error));
                }
            }
        }
    }

    /// <summary>The core as it is, with as many threads as there are processors.</summary>
    public static Campaign Faithful() => new(SimulatedBuild.Shared.Value, Environment.ProcessorCount);
}

/// <summary>What came of a campaign.</summary>
internal sealed record Outcome(long Runs, long Reads, long Failed, long Writes, TimeSpan Took, IReadOnlyList<(RunRequest Request, Violation Violation)> Broken)
{
    public override string ToString() => $"{Runs:N0} runs, {Reads:N0} reads checked ({Failed:N0} more ended with an error or their node), {Writes:N0} writes, {Took.TotalSeconds:0} s: {(Broken.Count == 0 ? "no violation" : $"{Broken.Count} violations")}";
}
