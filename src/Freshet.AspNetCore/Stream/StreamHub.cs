using Microsoft.Extensions.Logging;

namespace Freshet.AspNetCore;

/// <summary>Follows this node's log once for all its subscribers, and hands each record to those who may hear of it.</summary>
/// <remarks>A frame is written once for all audiences that hear the same of a record, not once for each subscriber.</remarks>
internal sealed class StreamHub
{
    private static readonly TimeSpan _pauseAfterSurprise = TimeSpan.FromSeconds(1);

    private readonly IFreshnessLog _log;
    private readonly FreshetStreamOptions _options;
    private readonly StreamMeter _meter;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private readonly Lock _gate = new();
    private readonly AudienceIndex _audiences = new(); // guarded by _gate
    private LogPosition _position;                     // of the last record that was handed on; guarded by _gate

    public StreamHub(HttpFreshness freshness, FreshetStreamOptions options, StreamMeter meter, TimeProvider time, CancellationToken stopping)
    {
        _log = freshness.Freshet.Log;
        _options = options;
        _meter = meter;
        _time = time;
        _logger = freshness.Logger;
        Frames = new StreamFrames(freshness.Tags, freshness.Events, freshness.CatalogHash, options);
        Book = new AudienceBook(freshness.Freshet.Catalog, options.TellsPaths);
        if (Book.IsEmpty) _logger.NoAudience();
        _position = _log.Position;
        // Whoever subscribes first does so in a request; none of it is the hub's.
        using (ExecutionContext.SuppressFlow())
        {
            _ = FollowAsync(stopping);
            _ = BeatAsync(stopping);
        }
    }

    public StreamFrames Frames { get; }

    public AudienceBook Book { get; }

    /// <summary>Takes a subscriber in. Records after the returned position are handed to it; up to there it reads them again itself.</summary>
    public LogPosition Join(Subscriber subscriber)
    {
        lock (_gate)
        {
            _audiences.Add(subscriber);
            return _position;
        }
    }

    public void Leave(Subscriber subscriber)
    {
        lock (_gate) _audiences.Remove(subscriber);
    }

    /// <summary>The frame that one audience gets for one record; null when it hears of nothing in it.</summary>
    public byte[]? FrameFor(LogRecord record, AudienceIndex alone)
    {
        if (Book.MayBeFlushed(record, alone).Any()) return Frames.Reset(new LogPosition(record.Epoch, record.Position), StreamReset.Flush);
        return Book.Hearers(record, alone).Values.SingleOrDefault() is { } heard ? Frames.Freshness(record, heard) : null;
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await foreach (var record in _log.FollowAsync(_position.Position, stopping).ConfigureAwait(false)) Hand(record);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (LogTrimmedException)
            {
                StartOver();
            }
#pragma warning disable CA1031 // A hub that ended would leave every browser without a word, for good.
            catch (Exception surprise)
#pragma warning restore CA1031
            {
                _logger.StreamSurprised(surprise);
                StartOver();
                await Task.Delay(_pauseAfterSurprise, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Hand(LogRecord record)
    {
        lock (_gate)
        {
            // The log began anew, and its numbers happened to go on where the old ones stood.
            if (record.Epoch != _position.Epoch) ResetAllLocked(new LogPosition(record.Epoch, record.Position - 1));
            _position = new LogPosition(record.Epoch, record.Position);
            var flushed = Book.MayBeFlushed(record, _audiences).ToHashSet();
            if (flushed.Count > 0) HandLocked(flushed, Frames.Reset(_position, StreamReset.Flush), StreamReset.Flush);
            var frames = new Dictionary<string, byte[]>();
            foreach (var (group, heard) in Book.Hearers(record, _audiences))
            {
                if (flushed.Contains(group)) continue;
                var shape = string.Join(',', heard);
                if (!frames.TryGetValue(shape, out var frame)) frames.Add(shape, frame = Frames.Freshness(record, heard));
                HandLocked([group], frame, reset: null);
            }
        }
    }

    private void HandLocked(IEnumerable<AudienceGroup> groups, byte[] frame, string? reset)
    {
        var handed = 0;
        List<Subscriber>? slow = null;
        foreach (var subscriber in groups.SelectMany(group => group.Subscribers))
        {
            if (subscriber.TryHand(_position.Position, frame)) handed++;
            else (slow ??= []).Add(subscriber);
        }
        if (reset is null) _meter.NoteFrames(handed);
        else _meter.NoteResets(reset, handed);
        foreach (var subscriber in slow ?? []) GiveUpLocked(subscriber);
    }

    private void GiveUpLocked(Subscriber subscriber)
    {
        subscriber.GiveUp(Frames.Reset(_position, StreamReset.Slow));
        _audiences.Remove(subscriber);
        _meter.NoteResets(StreamReset.Slow, 1);
    }

    private void StartOver()
    {
        lock (_gate) ResetAllLocked(_log.Position);
    }

    private void ResetAllLocked(LogPosition head)
    {
        _position = head;
        var frame = Frames.Reset(head, StreamReset.Gap);
        var all = _audiences.All.SelectMany(group => group.Subscribers).ToList();
        foreach (var subscriber in all)
        {
            // Past what it has seen or not: positions of two logs say nothing to each other. It comes back from the reset's id.
            subscriber.TryBeat(long.MaxValue, frame);
            subscriber.End();
            _audiences.Remove(subscriber);
        }
        _meter.NoteResets(StreamReset.Gap, all.Count);
    }

    private async Task BeatAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(_options.Heartbeat, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
            {
                try
                {
                    Beat();
                }
#pragma warning disable CA1031 // Without heartbeats every client would take its connection for dead.
                catch (Exception surprise)
#pragma warning restore CA1031
                {
                    _logger.BeatSurprised(surprise);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private void Beat()
    {
        lock (_gate)
        {
            var frame = Frames.Heartbeat(_position);
            foreach (var subscriber in _audiences.All.SelectMany(group => group.Subscribers).ToList())
            {
                if (subscriber.CutIfStuck(_options.WriteTimeout)) _meter.NoteCut();
                else if (!subscriber.TryBeat(_position.Position, frame)) GiveUpLocked(subscriber);
            }
        }
    }
}
