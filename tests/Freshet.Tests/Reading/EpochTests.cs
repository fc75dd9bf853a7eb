namespace Freshet.Tests.Reading;

/// <summary>PROTOCOL 5: entries of another epoch are outdated, and so is what loads across the change.</summary>
public sealed class EpochTests
{
    [Fact]
    public async Task EverythingLoadedBeforeAnEpochChangeIsOutdated()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Low, "a");
        app.Source["a"] = new Value(2);

        Adopt(app, position: 0);

        (await app.ReadAsync(Things.Low, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task ALoadThatStraddlesAnEpochChangeIsNeitherStoredNorJoined()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var before = app.ReadAsync(Things.High, "a");
        await gate.Reached;
        app.Source["a"] = new Value(2);

        Adopt(app, position: 40);

        var after = app.ReadAsync(Things.High, "a");
        gate.Open();

        (await after).ShouldBe(2);
        (await before).ShouldBe(1);
        (await app.ReadAsync(Things.High, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task TheNextRecordFollowsTheAdoptedHead()
    {
        await using var app = TestApp.Start();
        Adopt(app, position: 40);

        var token = await app.WriteAsync("a", new Value(1));

        token!.Value.Position.ShouldBe(41);
        token.Value.Epoch.ShouldBe(app.Freshet.Log.Position.Epoch);
    }

    private static void Adopt(TestApp app, long position) =>
        ((FreshetService)app.Freshet).Node.StartOver(new LogPosition(Epoch.Create(), position));
}
