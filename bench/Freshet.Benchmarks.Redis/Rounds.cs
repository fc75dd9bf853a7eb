using System.Diagnostics;
using System.Globalization;

namespace Freshet.Benchmarks.Redis;

/// <summary>Calls that take turns, round by round, so that they meet the same noise.</summary>
/// <remarks>
/// Each call waits for the one before, as a request does, so a figure is one round trip and all that the client does about it. The
/// fastest round counts beside the median: other work on the machine can only make a round slower. The first rounds are not counted.
/// </remarks>
internal static class Rounds
{
    private const int Warmups = 20;
    private const int Count = 60;

    /// <summary>Runs and prints them, the first as the one that the others are compared with.</summary>
    /// <param name="calls">How many calls are one round.</param>
    /// <param name="contenders">What is called, with the number of the call, which never comes twice.</param>
    public static async Task ReportAsync(int calls, params (string Name, Func<int, Task> Call)[] contenders)
    {
        var rounds = Array.ConvertAll(contenders, _ => new List<double>());
        for (var round = 0; round < Warmups + Count; round++)
        {
            for (var at = 0; at < contenders.Length; at++)
            {
                var call = contenders[at].Call;
                var started = Stopwatch.GetTimestamp();
                for (var i = 0; i < calls; i++) await call(round * calls + i).ConfigureAwait(false);
                if (round >= Warmups) rounds[at].Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds / calls);
            }
        }
        for (var at = 0; at < contenders.Length; at++)
        {
            var (best, median) = (rounds[at].Min(), Median(rounds[at]));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{contenders[at].Name,-46} {best,7:F1} us, {best / rounds[0].Min():F2} times; median {median,7:F1} us, {median / Median(rounds[0]):F2} times"));
        }
    }

    /// <summary>How many calls of one round come before the last counted one: as many numbers are used.</summary>
    public static int Numbers(int calls) => (Warmups + Count) * calls;

    public static double Median(IEnumerable<double> values) => Percentile(values, 0.5);

    public static double Percentile(IEnumerable<double> values, double part)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))];
    }
}
