namespace Freshet.Tests.Log;

/// <summary>The ring across a change of the log's epoch, and what it says of tags since a position.</summary>
public sealed class RecordHistoryTests
{
    private static readonly Epoch _old = Epoch.Create();
    private static readonly Epoch _new = Epoch.Create();

    private readonly RecordHistory _history = new(capacity: 16);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(4, 3)]
    [InlineData(71, 70)]
    public void RecordsOfTwoEpochsDoNotShareTheRing(long first, long before)
    {
        for (var position = 1; position <= 3; position++) _history.Add(Record(_old, position, "a"));

        _history.Add(Record(_new, first, "b"));

        _history.Head.ShouldBe(new LogPosition(_new, first));
        _history.After(before, int.MaxValue).Batch.ShouldHaveSingleItem().Epoch.ShouldBe(_new);
        Should.Throw<LogTrimmedException>(() => _history.After(before - 1, int.MaxValue));
    }

    /// <summary>The node publishes position 1 -> somebody reads it and follows from there -> its record comes into the history.</summary>
    [Fact]
    public async Task WhoFollowsFromAPositionThatWasJustPublishedWaitsForTheNext()
    {
        await using var follower = _history.FollowAsync(1, () => 1, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var next = follower.MoveNextAsync();

        _history.Add(Record(_old, 1, "a"));
        _history.Add(Record(_old, 2, "a"));

        (await next).ShouldBeTrue();
        follower.Current.Position.ShouldBe(2);
    }

    [Fact]
    public void ABatchHoldsNoMoreThanAskedFor()
    {
        for (var position = 1; position <= 10; position++) _history.Add(Record(_old, position, "a"));

        _history.After(4, 3).Batch.Select(record => record.Position).ShouldBe([5, 6, 7]);
    }

    [Theory]
    [InlineData(3, "b", true)]
    [InlineData(3, "c", false)]
    [InlineData(4, "b", false)] // at the captured position itself: the load began after it
    [InlineData(0, "c", true)]  // trimmed: unknown counts as yes
    public void ATagIsInvalidatedSinceAPositionOrNobodyKnows(long captured, string id, bool expected)
    {
        var history = new RecordHistory(capacity: 4);
        foreach (var (position, tag) in new[] { (1L, "a"), (2, "a"), (3, "a"), (4, "b"), (5, "a"), (6, "a") }) history.Add(Record(_old, position, tag));

        history.IsInvalidatedSince(new LogPosition(_old, captured), new LogPosition(_old, 6), tag => tag == Things.Thing.For(id)).ShouldBe(expected);
    }

    [Fact]
    public void ACaptureFromTheMomentBeforeItsRecordIsKeptHasMissedNothing()
    {
        _history.Add(Record(_old, 1, "a"));

        // The node has applied 2 and 3; their records are not here yet.
        _history.IsInvalidatedSince(new LogPosition(_old, 2), new LogPosition(_old, 3), _ => true).ShouldBeFalse();
        _history.IsInvalidatedSince(new LogPosition(_old, 2), new LogPosition(_new, 3), _ => false).ShouldBeTrue();
    }

    private static LogRecord Record(Epoch epoch, long position, string id) => new()
    {
        Position = position,
        Id = RecordId.Next(),
        Epoch = epoch,
        At = default,
        Trigger = TriggerKind.Job,
        Action = "test",
        Call = "Raise",
        Invalidations = [new Invalidation(Things.Thing.For(id), InvalidationKind.Expire, TimeSpan.Zero)],
    };
}
