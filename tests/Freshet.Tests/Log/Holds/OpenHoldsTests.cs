namespace Freshet.Tests.Log.Holds;

/// <summary>What a node knows of the holds that it has placed itself.</summary>
public sealed class OpenHoldsTests
{
    private static readonly Writer _writer = new(TriggerKind.UserAction, "write", null, null);

    private readonly OpenHolds _holds = new();
    private readonly Epoch _epoch = Epoch.Create();

    [Fact]
    public void AHoldStoodIfTheLogHasItUntilItsActionEnds()
    {
        var hold = Place();
        _holds.Close(hold, _epoch).ShouldBeTrue();
        _holds.Close(hold, _epoch).ShouldBeFalse("it is closed");
    }

    [Fact]
    public void AHoldThatTheLogOfNowDoesNotHaveDidNotStand() => _holds.Close(Place(), Epoch.Create()).ShouldBeFalse();

    [Fact]
    public void WhatSomebodyEndedDidNotStandAndIsNotPlacedAgain()
    {
        var hold = Place();
        _holds.NoteReleased([hold.Release]);

        _holds.MissingIn(Epoch.Create()).ShouldBeEmpty();
        _holds.Close(hold, _epoch).ShouldBeFalse();
    }

    [Fact]
    public void OnlyALogThatLostItMissesIt()
    {
        var (hold, other) = (Place(), Epoch.Create());
        _holds.MissingIn(_epoch).ShouldBeEmpty();
        _holds.MissingIn(other).ShouldBe([hold]);

        _holds.NotePlaced(hold, other);
        _holds.MissingIn(other).ShouldBeEmpty();
    }

    [Fact]
    public void WhatWasPlacedAgainTooLateDidNotStandAllTheTime()
    {
        var (hold, other) = (Place(), Epoch.Create());
        _holds.NotePlaced(hold, other, tooLate: true);
        _holds.Close(hold, other).ShouldBeFalse();
    }

    [Fact]
    public void WhatNoLogHasTakenYetIsNotMissed()
    {
        _holds.Add(new OpenHold(_writer, Held.DraftOf(RecordId.Next(), Things.Thing.For("a")), placedAt: 0));
        _holds.MissingIn(_epoch).ShouldBeEmpty();
    }

    private OpenHold Place()
    {
        var hold = new OpenHold(_writer, Held.DraftOf(RecordId.Next(), Things.Thing.For("a")), placedAt: 0);
        _holds.Add(hold);
        _holds.NotePlaced(hold, _epoch);
        return hold;
    }
}
