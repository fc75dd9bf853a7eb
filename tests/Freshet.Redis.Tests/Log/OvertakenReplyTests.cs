using Microsoft.Extensions.Logging.Abstractions;

namespace Freshet.Redis.Tests.Log;

/// <summary>What is told, and a writer's own reply, may come before the reply to what was asked earlier.</summary>
public sealed class OvertakenReplyTests : IDisposable
{
    private readonly Epoch _epoch = Epoch.Create();
    private readonly Node _node;
    private readonly LogFollower _follower;
    private readonly SharedLogCounters _counters = new();

    public OvertakenReplyTests()
    {
        _node = new Node(new Clock(TimeProvider.System), Epoch.Create(), new Confirmation(new Clock(TimeProvider.System), TimeSpan.FromSeconds(1)));
        var history = new RecordHistory(100);
        _follower = new LogFollower(_node, history, new CacheTargets([], new FreshetOptions(), null, _node, history, NullLogger<CacheTargets>.Instance), _counters, NullLogger.Instance);
        _follower.Take(null, Reply(0), sentAt: 0).ShouldBe(ReplyOutcome.AtHead);
    }

    public void Dispose() => _node.Dispose();

    /// <summary>Else every node would drop all it has whenever a reply is slow, and again and again under load.</summary>
    [Fact]
    public void AReplyThatWasOvertakenIsNoLogThatHasGoneBack()
    {
        var asked = _follower.Known;
        _follower.TryTake([Record(1), Record(2), Record(3)]).ShouldBeTrue();

        _follower.Take(asked, Reply(1, Record(1)), sentAt: 0).ShouldBe(ReplyOutcome.AtHead);
        _node.Applied.Position.ShouldBe(new LogPosition(_epoch, 3));
        _counters.NewEpochs.ShouldBe(0);
    }

    [Fact]
    public void ALogThatStandsBelowWhereTheNodeAskedHasGoneBack()
    {
        _follower.TryTake([Record(1), Record(2), Record(3)]).ShouldBeTrue();

        _follower.Take(_follower.Known, Reply(2), sentAt: 0).ShouldBe(ReplyOutcome.Refused);
        // For good: that epoch is never adopted again (PROTOCOL 17).
        _follower.Take(_follower.Known, Reply(5), sentAt: 0).ShouldBe(ReplyOutcome.Refused);
    }

    /// <summary>Of an append of records known and new, in any order, none may be left out.</summary>
    [Fact]
    public void AnAppendOfOldAndNewRecordsIsTakenInOnlyWithItsHighest()
    {
        _follower.TryTake([Record(1), Record(2), Record(3)]).ShouldBeTrue();

        _follower.TryTake([Record(2), Record(9), Record(1)]).ShouldBeFalse();
        _follower.TryTake([Record(3), Record(4), Record(1)]).ShouldBeTrue();
        _node.Applied.Position.Position.ShouldBe(4);
    }

    private LogRecord Record(long position) =>
        LogRecord.Of(LogNode.Writer, LogNode.Expire("account:a"), new LogPosition(_epoch, position), DateTimeOffset.UnixEpoch);

    private ExchangeReply Reply(long head, params LogRecord[] records) =>
        new(new LogPosition(_epoch, head), 1, records, DateTimeOffset.UnixEpoch, IsMature: true, TimeSpan.FromDays(1));
}
