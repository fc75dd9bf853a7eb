using System.Collections.Concurrent;
using System.Diagnostics;

namespace Freshet.Benchmarks;

/// <summary>
/// How long the store is kept busy at a time: every single step of filling, sweeping and emptying a million entries, timed. A step
/// holds a lock for less than it takes, so the longest step bounds the longest hold. All of it runs several times, and of each step
/// the best time counts: the millionth put does the same work in every run, but is not interrupted in every run. Steps in which a
/// garbage collection fell are left out. The same steps on a ConcurrentDictionary, which copies itself when it grows, stand beside them.
/// </summary>
internal sealed class StoreHolds
{
    private const int Entries = 1_000_000;
    private const int Runs = 4;

    private readonly string[] _keys = [.. Enumerable.Range(0, Entries).Select(i => $"acc_{i}")];
    private readonly string[] _others = [.. Enumerable.Range(0, Entries).Select(i => $"other_{i}")];
    private readonly Dictionary<string, long[]> _best = []; // in the order of the first run
    private readonly Dictionary<string, double> _wholes = [];

    public static void Print()
    {
        var holds = new StoreHolds();
        for (var run = 0; run < Runs; run++)
        {
            holds.RunDictionary();
            holds.RunStore();
            holds.RunTable();
        }

        Console.WriteLine($"{"step, a million times",-46} {"median us",10} {"99.9 % us",10} {"longest us",10}");
        foreach (var (step, best) in holds._best)
        {
            Array.Sort(best);
            var last = Array.FindLastIndex(best, ticks => ticks < long.MaxValue); // but for steps that met a collection in every run
            Console.WriteLine($"{step,-46} {Microseconds(best[Entries / 2]),10:F2} {Microseconds(best[(int)(Entries * 0.999)]),10:F2} {Microseconds(best[last]),10:F1}");
        }
        foreach (var (sweep, milliseconds) in holds._wholes) Console.WriteLine($"{sweep,-46} {milliseconds,10:F0} ms for all");
    }

    private void RunDictionary()
    {
        var dictionary = new ConcurrentDictionary<string, string>();
        Time("ConcurrentDictionary: add, growing", i => dictionary[_keys[i]] = _keys[i]);
        Time("ConcurrentDictionary: remove", i => dictionary.TryRemove(_keys[i], out _));
    }

    private void RunStore()
    {
        var shelf = new BenchShelf<string>(Entries);
        Time("store: put, growing", i => shelf.Put(_keys[i], expiresAt: 1));
        Time("store: put, in place of another", i => shelf.Put(_keys[i], expiresAt: 1));
        Sweep("store: sweep that finds nothing dead", 0, 0);
        Sweep("store: sweep that removes a million", 1, Entries);

        foreach (var key in _keys) shelf.Put(key);
        Time("store: put into a full store, evicting", i => shelf.Put(_others[i]));
        foreach (var key in _others) shelf.Read(key);
        Time("store: the same, every entry read before", i => shelf.Put(_keys[i]));
        Time("store: trim one", _ => shelf.Node.Trim(1));

        void Sweep(string what, long now, int dead)
        {
            var start = Stopwatch.GetTimestamp();
            if (shelf.Store.RemoveExpired(now) != dead) throw new InvalidOperationException("The sweep has not removed what is dead.");
            _wholes[what] = Math.Min(_wholes.GetValueOrDefault(what, double.MaxValue), Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    private void RunTable()
    {
        var table = new LinkTable();
        var links = Array.ConvertAll(_keys, key => new Plain { Hash = HashSpread.Of(key) });
        var copies = new List<Link>();
        var below = 0u;
        Time("table: add, growing", i => table.AddLocked(links[i]));
        Time("table: copy 64 chains for a sweep", _ => Copy());
        Time("table: remove, shrinking", i => table.TryRemoveLocked(links[i]));

        void Copy()
        {
            copies.Clear();
            below = table.CopyLocked(below == 0 ? uint.MaxValue : below, copies);
        }
    }

    private void Time(string what, Action<int> step)
    {
        if (!_best.TryGetValue(what, out var best)) Array.Fill(_best[what] = best = new long[Entries], long.MaxValue);
        GC.Collect();
        for (var i = 0; i < Entries; i++)
        {
            var collections = GC.CollectionCount(0);
            var before = Stopwatch.GetTimestamp();
            step(i);
            var took = Stopwatch.GetTimestamp() - before;
            if (GC.CollectionCount(0) == collections) best[i] = Math.Min(best[i], took); // collections come at the same steps in each run
        }
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;

    private sealed class Plain : Link;
}
