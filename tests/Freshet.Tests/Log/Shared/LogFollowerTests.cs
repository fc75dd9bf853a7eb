using Microsoft.Extensions.Logging.Abstractions;

namespace Freshet.Tests.Log.Shared;

/// <summary>What a node makes of replies and messages, whatever order they come in.</summary>
public sealed class LogFollowerTests : IDisposable
{
    private static readonly Writer _writer = new(TriggerKind.Job, "write", null, null);

    private readonly TestTimeProvider _time = new();
    private readonly Node _node;
    private readonly LogFollower _follower;
    private readonly Epoch _epoch = Epoch.Create();

    public LogFollowerTests()
    {
        var clock = new Clock(_time);
        _node = new Node(clock, Epoch.Create(), new Confirmation(clock, TimeSpan.FromMilliseconds(250)));
        var history = new RecordHistory(100);
        _follower = new LogFollower(_node, history, new CacheTargets([], new FreshetOptions(), null, _node, history, NullLogger<CacheTargets>.Instance), new SharedLogCounters(), NullLogger.Instance);
        _follower.Take(null, Reply(_epoch, 5), 0).ShouldBe(ReplyOutcome.AtHead);
    }

    public void Dispose() => _node.Dispose();

    /// <summary>An exchange is read by the log at 5 -> records 6 and 7 are told of -> the reply comes. It is late, the log has not gone back.</summary>
    [Fact]
    public void A_reply_that_was_overtaken_by_messages_is_no_log_that_went_back()
    {
        var asked = _node.Applied.Position;
        _follower.TryTake([Record(6), Record(7)]).ShouldBeTrue();

        _follower.Take(asked, Reply(_epoch, 5), 0).ShouldBe(ReplyOutcome.AtHead);
        _follower.Take(asked, Reply(_epoch, 6, Record(6)), 0).ShouldBe(ReplyOutcome.AtHead);

        _node.Applied.Position.ShouldBe(new LogPosition(_epoch, 7));
    }

    /// <summary>PROTOCOL 17: two overlapping exchanges, and the late one would flip back.</summary>
    [Fact]
    public void PROTOCOL_17_a_reply_to_a_question_from_another_epoch_is_discarded()
    {
        var asked = _node.Applied.Position;
        var next = Epoch.Create();
        _follower.Take(asked, Reply(next, 1), 0).ShouldBe(ReplyOutcome.AtHead);

        _follower.Take(asked, Reply(_epoch, 6, Record(6)), 0).ShouldBe(ReplyOutcome.Discarded);

        _node.Applied.Position.ShouldBe(new LogPosition(next, 1));
    }

    /// <summary>PROTOCOL 17: an epoch once left is never adopted again.</summary>
    [Fact]
    public void PROTOCOL_17_an_epoch_that_was_left_is_refused()
    {
        var next = Epoch.Create();
        _follower.Take(_node.Applied.Position, Reply(next, 1), 0);

        _follower.Take(_node.Applied.Position, Reply(_epoch, 9), 0).ShouldBe(ReplyOutcome.Refused);

        _node.Applied.Position.ShouldBe(new LogPosition(next, 1));
    }

    /// <summary>The log has gone back and gives 6 again: what was applied as 5 is not the 5 it has now.</summary>
    [Fact]
    public void A_log_that_went_back_is_not_followed_and_what_was_confirmed_of_it_is_forgotten()
    {
        _node.Confirmation!.TryConfirm(_node.Confirmation.Terms, 0, _node.Clock.WallNow, TimeSpan.FromSeconds(2));
        _follower.Take(_node.Applied.Position, Reply(_epoch, 3), 0).ShouldBe(ReplyOutcome.Refused);

        _follower.TryTake([Record(6)]).ShouldBeFalse();
        _follower.TryTake([Record(4)]).ShouldBeFalse();
        _node.Confirmation.ConfirmedAt.ShouldBeNull();
    }

    /// <summary>Of records some of which were appended before, the last need not be the highest: "applied up to 4" said nothing of 8.</summary>
    [Fact]
    public void Records_are_taken_in_only_when_the_highest_is_applied()
    {
        _follower.TryTake([Record(6)]);

        _follower.TryTake([Record(5), Record(8), Record(4)]).ShouldBeFalse();
    }

    /// <summary>PROTOCOL 14: its deadline counts from the record's age by the log's own clock, whatever the hour is here.</summary>
    [Fact]
    public void PROTOCOL_14_a_deadline_counts_from_when_the_record_was_appended()
    {
        var table = _node.Applied.Marks;
        var mark = table.Acquire(Things.Thing.For("1"));
        var log = new DateTimeOffset(2031, 5, 5, 0, 0, 0, TimeSpan.Zero); // the log's clock is years ahead
        var record = Record(6, InvalidationKind.MarkStale, TimeSpan.FromSeconds(60)) with { At = log - TimeSpan.FromSeconds(45) };

        _follower.Take(_node.Applied.Position, Reply(_epoch, 6, record) with { At = log }, 0).ShouldBe(ReplyOutcome.AtHead);

        mark.Judge(5, 14_999).ShouldBe(Verdict.Stale);
        mark.Judge(5, 15_000).ShouldBe(Verdict.Expired);
    }

    /// <summary>PROTOCOL 26: nobody ends a hold before its limit. An exchange that takes a while leaves open when the log read its clock: a hold is taken for as young as it may be.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void PROTOCOL_26_a_slow_exchange_makes_no_hold_older_than_it_is(bool isBeginning)
    {
        var placed = new DateTimeOffset(2031, 5, 5, 0, 0, 0, TimeSpan.Zero);
        var hold = Record(6) with { Holds = new Holding(RecordId.Next(), [Things.Thing.For("1")]), Invalidations = [], At = placed };
        _time.Advance(TimeSpan.FromMilliseconds(900)); // the exchange was sent at 0, and the log has read its clock in between

        if (isBeginning) _follower.Take(_node.Applied.Position, Reply(Epoch.Create(), 6) with { Holds = [hold], At = placed }, 0);
        else _follower.Take(_node.Applied.Position, Reply(_epoch, 6, hold) with { At = placed }, 0);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        if (!isBeginning) _follower.TryTake([Record(7) with { Holds = new Holding(RecordId.Next(), [Things.Thing.For("1")]), Invalidations = [], At = placed }]).ShouldBeTrue();

        _node.Applied.Holds!.All.ShouldAllBe(standing => standing.PlacedAt >= 900);
    }

    private LogRecord Record(long position, InvalidationKind kind = InvalidationKind.Expire, TimeSpan deadline = default) => LogRecord.Of(
        _writer, new RecordDraft(RecordId.Next(), "Raise", null, null, [new Invalidation(Things.Thing.For("1"), kind, deadline)]), new LogPosition(_epoch, position), default);

    private static ExchangeReply Reply(Epoch epoch, long head, params LogRecord[] records) =>
        new(new LogPosition(epoch, head), records.Length == 0 ? 1 : records[0].Position, records, DateTimeOffset.UnixEpoch, IsMature: true, TimeSpan.FromDays(1));
}
