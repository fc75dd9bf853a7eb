using System.Collections.Concurrent;
using System.Diagnostics;

namespace Freshet.Benchmarks;

/// <summary>
/// How long the store is kept busy at a time: every single step of filling, reading through and emptying a million entries, timed.
/// A step holds a lock for less than it takes, so the longest step bounds the longest hold; a garbage collection, or another process
/// that takes the processor away, is in it too. The same steps on a ConcurrentDictionary stand beside them.
/// </summary>
internal static class StoreHolds
{
    private const int Entries = 1_000_000;

    public static void Print()
    {
        Run(silent: true); // compiled by now
        GC.Collect();
        Run(silent: false);
    }

    private static void Run(bool silent)
    {
        var keys = Enumerable.Range(0, Entries).Select(i => $"acc_{i}").ToArray();
        if (!silent) Console.WriteLine($"{"step, a million times",-52} {"total ms",9} {"median us",10} {"99.9 % us",10} {"99.999 %",10} {"longest",10}");

        var dictionary = new ConcurrentDictionary<string, string>();
        Time("ConcurrentDictionary: add", i => dictionary[keys[i]] = keys[i]);
        Time("ConcurrentDictionary: remove", i => dictionary.TryRemove(keys[i], out _));

        var shelf = new BenchShelf<string>(Entries);
        Time("store: put, growing", i => shelf.Put(keys[i], expiresAt: 1));
        Time("store: put, in place of another", i => shelf.Put(keys[i], expiresAt: 1));
        Sweep("store: sweep that finds nothing dead", now: 0);
        Sweep("store: sweep that removes all of them", now: 1);

        for (var i = 0; i < Entries; i++) shelf.Put(keys[i]);
        Time("store: put into a full store, evicting", i => shelf.Put(keys[i] + "x"));
        foreach (var key in keys) shelf.Read(key + "x");
        Time("store: the same, every entry read since", i => shelf.Put(keys[i]));
        Time("store: trim one", _ => shelf.Node.Trim(1));

        var table = new LinkTable();
        var links = keys.Select(key => new Mark { Hash = HashSpread.Of(key) }).ToArray();
        Time("table alone: add, growing", i => table.AddLocked(links[i]));
        var copies = new List<Link>();
        var below = uint.MaxValue;
        Time("table alone: copy 64 chains for a sweep", _ => below = Copy(below));
        Time("table alone: remove, shrinking", i => table.TryRemoveLocked(links[i]));

        uint Copy(uint from)
        {
            copies.Clear();
            return table.CopyLocked(from == 0 ? uint.MaxValue : from, copies);
        }

        void Sweep(string what, long now)
        {
            var start = Stopwatch.GetTimestamp();
            var removed = shelf.Store.RemoveExpired(now);
            if (!silent) Console.WriteLine($"{what,-52} {Stopwatch.GetElapsedTime(start).TotalMilliseconds,9:F0}   ({removed:N0} removed, in {Entries / 48:N0} holds for a few chains)");
        }

        void Time(string what, Action<int> step)
        {
            var took = new long[Entries];
            GC.Collect();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Entries; i++)
            {
                var before = Stopwatch.GetTimestamp();
                step(i);
                took[i] = Stopwatch.GetTimestamp() - before;
            }
            var total = Stopwatch.GetElapsedTime(start);
            if (silent) return;
            Array.Sort(took);
            Console.WriteLine($"{what,-52} {total.TotalMilliseconds,9:F0} {Microseconds(0.5),10:F2} {Microseconds(0.999),10:F2} {Microseconds(0.99999),10:F1} {Microseconds(1),10:F0}");

            double Microseconds(double quantile) => took[(int)Math.Min(Entries - 1, quantile * Entries)] * 1e6 / Stopwatch.Frequency;
        }
    }

    private sealed class Mark : Link;
}
