using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>What an exchange's reply meant to this node.</summary>
internal enum ReplyOutcome
{
    /// <summary>Everything up to the log's head is applied.</summary>
    AtHead,

    /// <summary>There is more to read.</summary>
    More,

    /// <summary>The node has moved to another epoch since it asked, so the reply says nothing (PROTOCOL 17).</summary>
    Discarded,

    /// <summary>The log stands in an epoch that this node has left: it must take a fresh one (PROTOCOL 17).</summary>
    Refused,
}

/// <summary>Applies a shared log's records to this node, in order and none left out (PROTOCOL 2, R6).</summary>
internal sealed class LogFollower(Node node, RecordHistory history, CacheTargets targets, SharedLogCounters counters, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly HashSet<Epoch> _left = [];    // guarded by _gate
    private bool _hasEpoch;                        // guarded by _gate; until then the node counts by itself
    private long _epochKnownSince;                 // guarded by _gate
    private (long LogMilliseconds, long SentAt, long TakenAt) _logClock; // guarded by _gate
    private bool _toldUnreadable;                  // guarded by _gate
    private long _heardUpTo;                       // guarded by _gate: the last position of this epoch that a message told of

    /// <summary>Where this node stands in the log; null before it has met it.</summary>
    public LogPosition? Known
    {
        get
        {
            lock (_gate) return _hasEpoch ? node.Applied.Position : null;
        }
    }

    /// <summary>When this node learnt of its epoch, by its own clock; null before.</summary>
    public long? EpochKnownSince
    {
        get
        {
            lock (_gate) return _hasEpoch ? _epochKnownSince : null;
        }
    }

    /// <summary>Takes in a reply.</summary>
    /// <param name="asked">Where the node stood when it asked.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="sentAt">When the request was sent, by the node's clock.</param>
    public ReplyOutcome Take(LogPosition? asked, ExchangeReply reply, long sentAt)
    {
        lock (_gate)
        {
            var (epoch, position) = node.Applied.Position;
            if (_hasEpoch ? asked?.Epoch != epoch : asked is not null) return ReplyOutcome.Discarded;
            if (_left.Contains(reply.Head.Epoch)) return ReplyOutcome.Refused;
            _logClock = (reply.At.ToUnixTimeMilliseconds(), sentAt, node.Clock.Now);
            if (!_hasEpoch || reply.Head.Epoch != epoch)
            {
                if (_hasEpoch)
                {
                    _left.Add(epoch);
                    counters.NoteStartedOver(StartOverReason.NewEpoch);
                }
                _hasEpoch = true;
                _epochKnownSince = node.Clock.Now;
                StartOverLocked(reply);
                return ReplyOutcome.AtHead;
            }
            if (reply.Head.Position < asked!.Value.Position)
            {
                // The same log has gone back: its numbers are being given a second time, to other records. Compared with where the node
                // stood when it asked, not with where it stands: while the reply is on its way, later records are told of.
                _left.Add(epoch);
                node.Confirmation?.Forget();
                return ReplyOutcome.Refused;
            }
            if (reply.Head.Position > position && reply.Oldest > position + 1)
            {
                counters.NoteStartedOver(StartOverReason.Trimmed);
                StartOverLocked(reply);
                return ReplyOutcome.AtHead;
            }
            if (reply.UnreadableAt > position)
            {
                // What it invalidates is unknown, as if it were missing (R6).
                counters.NoteStartedOver(StartOverReason.Unreadable);
                if (!_toldUnreadable) logger.RecordUnreadable(reply.UnreadableAt);
                _toldUnreadable = true;
                StartOverLocked(reply);
                return ReplyOutcome.AtHead;
            }
            foreach (var record in reply.Records) ApplyLocked(record);
            if (node.Applied.Position.Position < reply.Head.Position) return ReplyOutcome.More;
            if (_heardUpTo == long.MaxValue) _heardUpTo = reply.Head.Position;
            // By now this log has every hold that may stand: whoever had placed one in another has placed it again, or counts it as lost.
            if (reply.IsMature && node.Applied.Holds?.CoverEverything == true) node.SettleHolds();
            return ReplyOutcome.AtHead;
        }
    }

    /// <summary>Takes in records that were told of, or that this node appended itself.</summary>
    /// <returns>False when records between are missing, or they are of an epoch this node does not know: an exchange tells.</returns>
    public bool TryTake(IReadOnlyList<LogRecord> records)
    {
        lock (_gate)
        {
            var (epoch, position) = node.Applied.Position;
            if (!_hasEpoch || records[0].Epoch != epoch || _left.Contains(epoch)) return false;
            if (records[0].Position > position + 1) return false;
            foreach (var record in records) ApplyLocked(record);
            // Not the last one's: what was appended before keeps its place, so an append of old and new records is in no order.
            return node.Applied.Position.Position >= records.Max(record => record.Position);
        }
    }

    /// <summary>Counts the gaps that messages show, this node's own among them.</summary>
    /// <param name="records">What a message told; empty when it did not say what.</param>
    /// <remarks>
    /// Not where records are taken in: this node's own come by the append's reply, before or after the messages of others, and a message
    /// that an exchange has overtaken was not missed either.
    /// </remarks>
    public void Hear(IReadOnlyList<LogRecord> records)
    {
        lock (_gate)
        {
            var (epoch, position) = node.Applied.Position;
            if (records.Count == 0)
            {
                _heardUpTo = long.MaxValue; // perhaps of the next ones: nothing shows a gap before an exchange has told
                return;
            }
            if (!_hasEpoch || records[0].Epoch != epoch) return;
            if (records[0].Position - 1 > Math.Max(_heardUpTo, position)) counters.NoteGap();
            _heardUpTo = Math.Max(_heardUpTo, records[^1].Position);
        }
    }

    /// <summary>Does something while nothing is applied and no epoch adopted.</summary>
    /// <param name="expected">Where the node must still stand.</param>
    /// <param name="action">What to do.</param>
    /// <returns>Whether the node still was in that epoch, and it was done.</returns>
    public bool TryWithin(LogPosition expected, Func<bool> action)
    {
        lock (_gate) return _hasEpoch && node.Applied.Position.Epoch == expected.Epoch && action();
    }

    /// <remarks>
    /// A young log may lack the holds of the one that was lost:
    ///   a hold is placed, and the log is lost with it -> this node adopts the new one, loads, stores -> the write is committed -> this
    ///   node serves the old value, for its writer's node has not heard yet that it must place the hold again.
    /// </remarks>
    private void StartOverLocked(ExchangeReply reply)
    {
        var now = node.Clock.Now;
        _heardUpTo = reply.Head.Position;
        node.StartOver(reply.Head, StandingHolds.Of(reply.Holds.Select(record => new Hold(record, now - AgeLocked(record))), isKnown: reply.IsMature));
        history.StartOver(reply.Head);
        targets.StartOver(reply.Head.Epoch);
    }

    private void ApplyLocked(LogRecord record)
    {
        if (record.Position != node.Applied.Position.Position + 1) return; // doubled, or out of order
        node.Apply(record, age: AgeLocked(record));
        history.Add(record);
        targets.Apply(record);
        counters.NoteApplied();
    }

    /// <summary>How old a record is, by the log's clock as this node last saw it: somewhere between when the request was sent and when its reply was taken in.</summary>
    /// <remarks>
    /// A little too old rather than too young, so that no deadline comes late (PROTOCOL 14). But a hold too young rather than too old:
    ///   a hold is placed, and stands for four seconds -> another node's exchange takes one -> that node takes the hold for a second
    ///   older than it is, and ends it after three -> it loads, stores -> the writer commits in time -> the node serves the old value.
    /// </remarks>
    private long AgeLocked(LogRecord record)
    {
        var at = record.Holds is null ? _logClock.SentAt : _logClock.TakenAt;
        return Math.Max(0, _logClock.LogMilliseconds + (node.Clock.Now - at) - record.At.ToUnixTimeMilliseconds());
    }
}
