using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Tells, once each, what in the declarations or the use of them costs more than it gives. Looked at by the sweep.</summary>
internal sealed class FreshnessWarnings
{
    public const string BroadTag = "broad-tag";
    public const string LowHitRate = "low-hit-rate";
    public const string UncarriedTag = "uncarried-tag";
    public const string UnraisedEvent = "unraised-event";
    public const string BrokenListener = "broken-listener";

    private readonly FreshetService _freshet;
    private readonly InvalidationCounters _invalidations;
    private readonly ListenerFailures _failures;
    private readonly FreshetWarningOptions _options;
    private readonly ILogger _logger;
    private readonly long _startedAt;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _carried = []; // kinds of tags; only the sweep looks, one at a time
    private readonly HashSet<(string Warning, string Subject)> _given = []; // guarded by _gate

    public FreshnessWarnings(
        FreshetService freshet, InvalidationCounters invalidations, ListenerFailures failures, FreshetWarningOptions options, ILogger<FreshnessWarnings> logger)
    {
        _freshet = freshet;
        _invalidations = invalidations;
        _failures = failures;
        _options = options;
        _logger = logger;
        _startedAt = freshet.Node.Clock.Now;
        freshet.Node.Breadth.Begin(options.BroadTagShare, options.BroadTagLeastEntries, () => freshet.Runtimes.Sum(query => query.EntryCount));
    }

    /// <summary>The warnings given so far, each with what it is about.</summary>
    public IReadOnlyList<(string Warning, string Subject)> Given
    {
        get
        {
            lock (_gate) return _failures.Any ? [.. _given, (BrokenListener, "listener")] : [.. _given];
        }
    }

    public void Check()
    {
        foreach (var broad in _freshet.Node.Breadth.Take()) CheckBreadth(broad);
        foreach (var query in _freshet.Runtimes) CheckHitRate(query);
        CheckCarried();
        CheckRaised();
    }

    private void CheckBreadth(BroadInvalidation broad)
    {
        if (IsNew(BroadTag, broad.Tag.Kind)) _logger.TagIsBroad(broad.Tag, broad.Holders, broad.Entries, broad.Tag.Kind);
    }

    private void CheckHitRate(QueryRuntime query)
    {
        var counters = query.Counters;
        // Bypasses apart: a write that reads its own data goes past the cache on purpose.
        var answered = counters.Hits + counters.Stale + counters.LastGoods;
        var reads = answered + counters.Misses + counters.Joins;
        if (reads < _options.MinRequests || answered >= _options.MinHitRate * reads || !IsNew(LowHitRate, query.Name)) return;
        _logger.HitRateIsLow(query.Name, query.Declared.Owner, answered, reads);
    }

    private void CheckCarried()
    {
        var counts = _invalidations.ByTagKind();
        foreach (var kind in _freshet.Catalog.Tags)
        {
            var name = kind.Declaration.Name;
            // Remembered here too: the marks of another epoch start from nothing.
            if (_freshet.Node.Applied.Marks.WasCarried(name)) _carried.Add(name);
            if (_carried.Contains(name) || counts.GetValueOrDefault(name) < _options.UncarriedInvalidations || !IsNew(UncarriedTag, name)) continue;
            _logger.TagIsNotCarried(name, kind.Owner, counts[name]);
        }
    }

    private void CheckRaised()
    {
        var uptime = TimeSpan.FromMilliseconds(_freshet.Node.Clock.Now - _startedAt);
        if (uptime < _options.UnraisedAfter) return;
        foreach (var declared in _freshet.Catalog.Events)
        {
            var name = declared.Declaration.Name;
            if (!_invalidations.WasRaised(name) && IsNew(UnraisedEvent, name)) _logger.EventIsNotRaised(name, declared.Owner, uptime);
        }
    }

    // Before the log is written: a provider that throws must not have the warning written again by every sweep.
    private bool IsNew(string warning, string subject)
    {
        lock (_gate) return _given.Add((warning, subject));
    }
}
