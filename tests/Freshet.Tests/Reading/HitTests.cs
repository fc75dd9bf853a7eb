namespace Freshet.Tests.Reading;

public sealed class HitTests
{
    [Fact]
    public async Task AHitAllocatesNothing()
    {
        await using var app = TestApp.Start<Own>();
        var keys = Enumerable.Range(0, 16).Select(i => $"k{i}").ToArray();
        foreach (var key in keys) await app.ReadAsync(Own.Query, key);

        Hits(app, keys, 1_000); // compiled, and the declaration knows its application
        var before = GC.GetAllocatedBytesForCurrentThread();
        Hits(app, keys, 10_000);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public async Task AHitAfterAnUnrelatedInvalidationIsCheckedOnceMoreAndStaysAHit()
    {
        await using var app = TestApp.Start();
        await app.ReadAsync(Things.High, "a");
        await app.WriteAsync("b", new Value(1));

        var answer = await app.Freshet.ReadAnswerAsync(Things.High, "a");

        (answer.Source, answer.LoadedAt.Position, answer.ValidAt).ShouldBe((AnswerSource.Cache, 0, 1));
        app.Source.ReadsOf("a").ShouldBe(1);
    }

    private static void Hits(TestApp app, string[] keys, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var read = app.Freshet.ReadAsync(Own.Query, keys[i & 15]);
            if (!read.IsCompletedSuccessfully) throw new InvalidOperationException("A hit completes at once.");
        }
    }

    /// <summary>Read by this class alone: another application that reads the same declaration makes its next hit here take the longer way, once.</summary>
    private sealed class Own() : Catalog("own-team")
    {
        public static readonly Tag<string> Thing = new("thing");
        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

        public static readonly CachedQuery<string, Value> Query = new CachedQuery<string, Value>("own", RiskLevel.High)
            .DependsOn(Thing, id => id)
            .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));
    }
}
