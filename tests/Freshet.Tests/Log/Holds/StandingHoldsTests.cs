namespace Freshet.Tests.Log.Holds;

/// <summary>What stands after which records, and what it touches.</summary>
public sealed class StandingHoldsTests
{
    private static readonly Epoch _epoch = Epoch.Create();
    private static readonly Tag _a = Things.Thing.For("a");
    private static readonly Tag _b = Things.Thing.For("b");
    private long _position;

    [Fact]
    public void NothingStandsWhereNothingWasPlaced()
    {
        StandingHolds.After(null, Expiry(), 0).ShouldBeNull();
        StandingHolds.Of([], isKnown: true).ShouldBeNull();
    }

    [Fact]
    public void AHoldStandsUntilTheRecordItAnnounced()
    {
        var (announced, other) = (RecordId.Next(), RecordId.Next());
        var standing = StandingHolds.After(null, Hold(announced, _a, _b), 0).ShouldNotBeNull();
        Touches(standing, _a).ShouldBeTrue();
        Touches(standing, Things.Thing.For("c")).ShouldBeFalse();
        standing = StandingHolds.After(standing, Expiry(other, _a), 0).ShouldNotBeNull("another write of the same tag says nothing of this one");

        StandingHolds.After(standing, Expiry(announced, _a, _b), 0).ShouldBeNull();
    }

    /// <summary>Released by name: a hold that was placed again for the same draft is another one.</summary>
    [Fact]
    public void AReleaseEndsTheHoldItNamesAndNoLaterOne()
    {
        var announced = RecordId.Next();
        var (first, second) = (Hold(announced, _a), Hold(announced, _a));
        var standing = StandingHolds.After(StandingHolds.After(null, first, 0), second, 0).ShouldNotBeNull();
        standing.Count.ShouldBe(1);

        standing = StandingHolds.After(standing, Release(first), 0).ShouldNotBeNull();
        Touches(standing, _a).ShouldBeTrue();
        StandingHolds.After(standing, Release(second), 0).ShouldBeNull();
    }

    /// <summary>The tags of the one it replaces are no longer held for it.</summary>
    [Fact]
    public void OneThatIsPlacedAgainCountsOnce()
    {
        var announced = RecordId.Next();
        var (first, second) = (Hold(announced, _a, _b), Hold(announced, _a));
        var (before, after) = (Hold(RecordId.Next(), _a), Release(second));
        var standing = StandingHolds.After(StandingHolds.After(StandingHolds.After(null, before, 0), first, 0), second, 0).ShouldNotBeNull();
        Touches(standing, _b).ShouldBeFalse();

        standing = StandingHolds.After(StandingHolds.After(standing, after, 0), Release(before), 0);

        standing.ShouldBeNull();
    }

    /// <summary>Tags found while loading are known only afterwards.</summary>
    [Fact]
    public void ALoadThatMayFindATagOfAHeldKindIsTouched()
    {
        var standing = StandingHolds.After(null, Hold(RecordId.Next(), _a), 0).ShouldNotBeNull();

        standing.Touch([], ["thing"]).ShouldBeTrue();
        standing.Touch([_b], ["another"]).ShouldBeFalse();
    }

    /// <summary>A tag's first hold is the one to tell of.</summary>
    [Fact]
    public void TheFirstHoldOfATagIsTheOneThatWasPlacedFirst()
    {
        LogRecord[] holds = [.. Enumerable.Range(0, 10).Select(_ => Hold(RecordId.Next(), _a))];
        var standing = holds.Aggregate((StandingHolds?)null, (before, hold) => StandingHolds.After(before, hold, 0)).ShouldNotBeNull();

        standing.FirstOf(_a).ShouldNotBeNull().Id.ShouldBe(holds[0].Id);
        standing.FirstOf(_b).ShouldBeNull();
    }

    [Fact]
    public void ATagIsHeldUntilTheLastOfItsHoldsHasEnded()
    {
        var (first, second) = (Hold(RecordId.Next(), _a, _b), Hold(RecordId.Next(), _b));
        var standing = StandingHolds.After(StandingHolds.After(null, first, 0), second, 0);
        standing = StandingHolds.After(standing, Release(first), 0).ShouldNotBeNull();

        Touches(standing, _a).ShouldBeFalse();
        Touches(standing, _b).ShouldBeTrue();
        standing.FirstOf(_b).ShouldNotBeNull().Id.ShouldBe(second.Id);
    }

    [Fact]
    public void InAYoungLogEverythingMayBeHeld()
    {
        var hold = Hold(RecordId.Next(), _a);
        var young = StandingHolds.Of([new Hold(hold, 0)], isKnown: false).ShouldNotBeNull();
        Touches(young, _b).ShouldBeTrue();
        young = StandingHolds.After(young, Release(hold), 0).ShouldNotBeNull();
        Touches(young, _b).ShouldBeTrue();
        young.Touch(ReadOnlySpan<TagMark>.Empty).ShouldBeTrue("a value that is there, too");
        StandingHolds.After(young, hold, 0).ShouldNotBeNull().CoverEverything.ShouldBeTrue("one more changes nothing of that");

        young.Settled().ShouldBeNull();
        Touches(StandingHolds.After(young, hold, 0)!.Settled().ShouldNotBeNull(), _b).ShouldBeFalse();
    }

    private LogRecord Hold(Guid announced, params Tag[] tags) => Record(RecordId.Next()) with { Holds = new Holding(announced, tags) };

    private LogRecord Release(LogRecord hold) => Record(RecordId.Next()) with { Releases = [new Release(hold.Id, hold.Holds!.Draft)] };

    private LogRecord Expiry(Guid? id = null, params Tag[] tags) =>
        Record(id ?? RecordId.Next()) with { Invalidations = [.. tags.Select(tag => new Invalidation(tag, InvalidationKind.Expire, TimeSpan.Zero))] };

    private LogRecord Record(Guid id) => LogRecord.Of(
        new Writer(TriggerKind.Job, "test", null, null), new RecordDraft(id, "Raise", null, null, []), new LogPosition(_epoch, ++_position), DateTimeOffset.UnixEpoch);

    private static bool Touches(StandingHolds standing, Tag tag) => standing.Touch([tag], []);
}
