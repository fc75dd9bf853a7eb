namespace Freshet.Redis.Tests.Faults;

/// <summary>What a query promises its readers.</summary>
/// <param name="Cell">The cell of the source that it shows.</param>
/// <param name="MaxStaleness">How far behind a finished write it may be; zero for high.</param>
/// <param name="OutageGrace">How much further while the node cannot confirm.</param>
/// <param name="ServesStale">Whether it may serve what was marked stale, until the deadline.</param>
internal sealed record QueryBound(string Cell, TimeSpan MaxStaleness, TimeSpan OutageGrace, bool ServesStale);

/// <summary>Counts the reads of a history that are older than the bound of their query allows.</summary>
/// <remarks>
/// A read is measured against the writes that had been answered as finished before it began, on whatever node: it must return at
/// least the highest version among
///   those that expired, answered longer than the bound before the read began;
///   those that marked stale, answered longer than the bound and the deadline before, where the query serves stale values;
///   the write whose token the reader carried.
/// The bound is MaxStaleness, and OutageGrace on top where the node counted the read as served unconfirmed. A write that is pending
/// promises nothing to others. Versions of a session that alone writes its key must not go backwards between writes it has a token for.
/// </remarks>
/// <param name="bounds">What each query promises, by name.</param>
/// <param name="deadline">How long what was marked stale may be served.</param>
internal sealed class StalenessChecker(IReadOnlyDictionary<string, QueryBound> bounds, TimeSpan deadline)
{
    public StalenessReport Check(History history)
    {
        var finished = history.Writes.Where(write => !write.IsPending).ToLookup(write => (write.Cell, write.Key));
        var expired = finished.ToDictionary(group => group.Key, group => new Finished(group.Where(write => !write.IsStale)));
        var all = finished.ToDictionary(group => group.Key, group => new Finished(group));
        var before = new Dictionary<(string Node, string Query, string Key), long>(); // what each node showed last
        var sessions = new Dictionary<(int Session, string Query), long>();
        var report = new StalenessReport { Writes = history.Writes.Count, Pending = history.Writes.Count(write => write.IsPending), Failures = history.Failures };
        foreach (var read in history.Reads.OrderBy(read => read.Began))
        {
            var bound = bounds[read.Query];
            var cell = (bound.Cell, read.Key);
            var at = read.Began - Moment.Of(bound.MaxStaleness + (read.IsGraced ? bound.OutageGrace : TimeSpan.Zero));
            var required = 0L;
            if (all.TryGetValue(cell, out var every))
            {
                required = bound.ServesStale
                    ? Math.Max(expired[cell].HighestBefore(at), every.HighestBefore(at - Moment.Of(deadline)))
                    : every.HighestBefore(at);
            }
            report.Count(read, isHigh: bound.MaxStaleness == TimeSpan.Zero);
            if (before.TryGetValue((read.Node, read.Query, read.Key), out var last) && last < required) report.AtRisk++;
            before[(read.Node, read.Query, read.Key)] = read.Version;
            if (read.Version < required) report.Add(new(read, required, "its bound"));
            else if (read.Version < read.Needed) report.Add(new(read, read.Needed, "its token"));
            else if (Backwards(read, sessions) is { } seen) report.Add(new(read, seen, "what its session had seen"));
        }
        return report;
    }

    private static long? Backwards(ReadEvent read, Dictionary<(int Session, string Query), long> sessions)
    {
        if (read.Session == 0 || !read.IsSettled) return null;
        var seen = sessions.GetValueOrDefault((read.Session, read.Query));
        sessions[(read.Session, read.Query)] = Math.Max(seen, read.Version);
        return read.Version < seen ? seen : null;
    }

    /// <summary>Writes of one cell by when they were answered, each with the highest version up to it.</summary>
    private sealed class Finished
    {
        private readonly List<long> _answered = [];
        private readonly List<long> _highest = [];

        public Finished(IEnumerable<WriteEvent> writes)
        {
            var highest = 0L;
            foreach (var write in writes.OrderBy(write => write.Answered))
            {
                _answered.Add(write.Answered);
                _highest.Add(highest = Math.Max(highest, write.Version));
            }
        }

        public long HighestBefore(long moment)
        {
            var index = _answered.BinarySearch(moment);
            if (index < 0) index = ~index;
            while (index > 0 && _answered[index - 1] >= moment) index--;
            return index == 0 ? 0 : _highest[index - 1];
        }
    }
}
