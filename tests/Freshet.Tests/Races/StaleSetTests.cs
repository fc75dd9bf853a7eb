namespace Freshet.Tests.Races;

/// <summary>R1: what was loaded before an invalidation is outdated after it, whenever the load ends. DESIGN 10: P1, P3.</summary>
public sealed class StaleSetTests
{
    [Theory]
    [InlineData("UpdateTag")]
    [InlineData("Raise")]
    [InlineData("Expire.Now")]
    public async Task P1_P3_AnInvalidationDuringALoadOutdatesWhatTheLoadStores(string call)
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var first = app.ReadAsync(Things.High, "a");
        await gate.Reached; // the load has read 1 and is on its way back

        await using (var action = app.Freshet.BeginUserAction("change"))
        {
            app.Source["a"] = new Value(2);
            if (call == "UpdateTag") app.Freshet.UpdateTag(Things.Thing.For("a"));
            else if (call == "Raise") app.Freshet.Raise(new ThingChanged("a"));
            else app.Freshet.RevalidateTag(Things.Thing.For("a"), Expire.Now);
            await action.CompleteAsync();
        }
        gate.Open();

        (await first).ShouldBe(1, "it began before the write ended, so either value is right for it");
        (await app.ReadAsync(Things.High, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task P2_AnInvalidationDuringABackgroundLoadOutdatesItToo()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Medium, "a");
        await app.MarkStaleAsync("a", Profile.Minutes);

        var gate = app.Source.HoldNext("a");
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(1); // served stale, the background load has read 1
        await gate.Reached;
        await app.WriteAsync("a", new Value(2));
        gate.Open();

        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task ATagFoundOnlyAtTheEndOfALoadOutdatesItWhenItWasInvalidatedMeanwhile()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var first = app.ReadAsync(Things.Found, "a");
        await gate.Reached;

        await using (var action = app.Freshet.BeginUserAction("change"))
        {
            app.Source["a"] = new Value(2);
            app.Freshet.Raise(new OwnerChanged("owner-1")); // nobody on this node knows the tag yet (P12)
            await action.CompleteAsync();
        }
        gate.Open();
        await first;

        (await app.ReadAsync(Things.Found, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task P12_AnInvalidationWhileTheFirstTaggedReadCreatesTheMarkIsNeverLost()
    {
        // Real threads, aligned by a barrier: the mark of a fresh tag is created and invalidated at the same moment.
        var table = new MarkTable(Epoch.Create(), forgottenUpTo: 0);
        for (var round = 1; round <= 20_000; round++)
        {
            var tag = Things.Thing.For($"t{round}");
            using var barrier = new Barrier(2);
            var invalidation = Task.Run(() =>
            {
                barrier.SignalAndWait();
                table.Invalidate(new Invalidation(tag, InvalidationKind.Expire, TimeSpan.Zero), round, now: 0);
            });
            barrier.SignalAndWait();
            var mark = table.Acquire(tag);
            await invalidation;
            mark.Judge(loadedAt: round - 1, now: 0).ShouldBe(Verdict.Expired);
        }
    }
}
