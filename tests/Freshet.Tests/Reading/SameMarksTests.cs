using System.Runtime.CompilerServices;

namespace Freshet.Tests.Reading;

/// <summary>A query whose values all carry the same tags looks its marks up once: what becomes of those marks meanwhile must not be missed.</summary>
public sealed class SameMarksTests
{
    private sealed class Shared() : Catalog("shared-team")
    {
        public static readonly Tag<string> Thing = new("thing");
        public static readonly Tag<string> Owner = new("owner");

        public static readonly CachedQuery<string, Value> Query = new CachedQuery<string, Value>("shared", RiskLevel.Low)
            .DependsOn(Thing.For("all"))
            .FindsTags(Owner)
            .WithPolicy(policy => policy with { TimeToLive = TimeSpan.FromMinutes(1), StaleOnError = TimeSpan.Zero })
            .LoadWith(async (Source source, string id, LoadContext context, CancellationToken ct) =>
            {
                if (id == "owned") context.AddTag(Owner.For("me"));
                return await source.ReadAsync(id, ct);
            });
    }

    [Fact]
    public async Task AnInvalidationReachesEveryEntryThatSharesTheMarks()
    {
        await using var app = TestApp.Start<Shared>();
        foreach (var id in (string[])["a", "b", "c"]) await app.ReadAsync(Shared.Query, id);
        foreach (var id in (string[])["a", "b", "c"]) app.Source[id] = new Value(7);

        await ExpireAsync(app, Shared.Thing.For("all"));

        foreach (var id in (string[])["a", "b", "c"]) (await app.ReadAsync(Shared.Query, id)).ShouldBe(7);
        Marks(app).Find(Shared.Thing.For("all"))!.Uses.ShouldBe(3);
    }

    /// <summary>The only entry dies -> nobody holds the tag's mark, and it is forgotten -> another entry is loaded -> the tag is invalidated, on a new mark.</summary>
    [Fact]
    public async Task AMarkThatWasForgottenMeanwhileIsNotTakenOnceMore()
    {
        await using var app = TestApp.Start<Shared>();
        await app.ReadAsync(Shared.Query, "a");
        app.Time.Advance(TimeSpan.FromMinutes(2)); // sweeps
        app.Time.Advance(TimeSpan.FromMinutes(2));
        Marks(app).Find(Shared.Thing.For("all")).ShouldBeNull("or it shows nothing");

        await app.ReadAsync(Shared.Query, "a");
        app.Source["a"] = new Value(2);
        await ExpireAsync(app, Shared.Thing.For("all"));

        (await app.ReadAsync(Shared.Query, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task MarksOfAnEpochThatWasLeftAreNotTakenOnceMore()
    {
        await using var app = TestApp.Start<Shared>();
        await app.ReadAsync(Shared.Query, "a");
        Node(app).StartOver(new LogPosition(Epoch.Create(), 0));

        await app.ReadAsync(Shared.Query, "a");
        app.Source["a"] = new Value(2);
        await ExpireAsync(app, Shared.Thing.For("all"));

        (await app.ReadAsync(Shared.Query, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task ATagFoundByOneLoadIsNotAnothersToo()
    {
        await using var app = TestApp.Start<Shared>();
        await app.ReadAsync(Shared.Query, "a");
        await app.ReadAsync(Shared.Query, "owned");
        await app.ReadAsync(Shared.Query, "b");

        (await app.Freshet.ReadAnswerAsync(Shared.Query, "owned")).Tags.ShouldBe([Shared.Thing.For("all"), Shared.Owner.For("me")]);
        (await app.Freshet.ReadAnswerAsync(Shared.Query, "b")).Tags.ShouldBe([Shared.Thing.For("all")]);
    }

    [Fact]
    public async Task AQueryThatIsNotReadAnyMoreDoesNotKeepTheMarksOfAnEpochThatWasLeft()
    {
        await using var app = TestApp.Start<Shared>();
        await app.ReadAsync(Shared.Query, "a");
        var left = LeftBehind(app);

        app.Time.Advance(TimeSpan.FromMinutes(2)); // sweeps: the entry of that epoch dies, and it was the last to know
        app.Time.Advance(TimeSpan.FromMinutes(2));

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        left.IsAlive.ShouldBeFalse();
    }

    // Apart, so that no local of the test keeps it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference LeftBehind(TestApp app)
    {
        var left = new WeakReference(Marks(app));
        Node(app).StartOver(new LogPosition(Epoch.Create(), 0));
        return left;
    }

    private static async Task ExpireAsync(TestApp app, Tag tag)
    {
        await using var action = app.Freshet.BeginUserAction("expire");
        app.Freshet.UpdateTag(tag);
        await action.CompleteAsync();
    }

    private static Node Node(TestApp app) => ((FreshetService)app.Freshet).Node;

    private static MarkTable Marks(TestApp app) => Node(app).Applied.Marks;
}
