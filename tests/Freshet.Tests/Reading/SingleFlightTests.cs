namespace Freshet.Tests.Reading;

public sealed class SingleFlightTests
{
    [Fact]
    public async Task S24_AThousandReadersOfOneColdKeyCauseOneLoad()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");

        var readers = Enumerable.Range(0, 1_000).Select(_ => Task.Run(() => app.ReadAsync(Things.High, "a"))).ToArray();
        await gate.Reached;
        gate.Open();

        (await Task.WhenAll(readers)).ShouldAllBe(number => number == 1);
        app.Source.ReadsOf("a").ShouldBe(1);
    }

    [Fact]
    public async Task AReadWhoseMissWasOvertakenByALandedLoadLoadsNothing()
    {
        await using var app = TestApp.Start<Overtaken>();
        // The tag's key is read between the miss and the decision to load; there another read of the same thing runs to its end.
        var other = new Overtaken.Key("a", () => { });
        var overtaken = new Overtaken.Key("a", () => app.Freshet.ReadAsync(Overtaken.Query, other).AsTask().GetAwaiter().GetResult());

        (await app.Freshet.ReadAnswerAsync(Overtaken.Query, overtaken)).Source.ShouldBe(AnswerSource.Cache);

        app.Source.ReadsOf("a").ShouldBe(1);
    }

    private sealed class Overtaken() : Catalog("overtaken-team")
    {
        public static readonly Tag<string> Thing = new("thing");

        public static readonly CachedQuery<Key, Value> Query = new CachedQuery<Key, Value>("overtaken", RiskLevel.Low)
            .KeyedBy(key => key.Text)
            .DependsOn(Thing, key => key.TagKey)
            .LoadWith((Source source, Key key, CancellationToken ct) => source.ReadAsync(key.Text, ct));

        public sealed class Key(string text, Action whenTagIsMade) : IEquatable<Key>
        {
            public string Text => text;

            public string TagKey
            {
                get
                {
                    whenTagIsMade();
                    return text;
                }
            }

            public bool Equals(Key? other) => other is not null && other.Text == text;

            public override bool Equals(object? obj) => Equals(obj as Key);

            public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task OneWaitersCancellationDoesNotCancelTheLoadForTheOthers()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        using var cancellation = new CancellationTokenSource();
        var leaver = app.Freshet.ReadAsync(Things.High, "a", cancellation.Token).AsTask();
        await gate.Reached;
        var stayer = app.ReadAsync(Things.High, "a");

        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(leaver);
        gate.IsCancelled.ShouldBeFalse();
        gate.Open();
        (await stayer).ShouldBe(1);
        app.Source.ReadsOf("a").ShouldBe(1);
    }

    [Fact]
    public async Task WhenTheLastWaiterLeavesTheLoadIsCancelledAndNobodyJoinsIt()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        using var cancellation = new CancellationTokenSource();
        var leaver = app.Freshet.ReadAsync(Things.High, "a", cancellation.Token).AsTask();
        await gate.Reached;

        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(leaver);
        await gate.Cancelled;
        (await app.ReadAsync(Things.High, "a")).ShouldBe(1);
    }

    [Fact]
    public async Task ALoaderThatThrowsFailsItsReadersAndStoresNothing()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var readers = new[] { app.ReadAsync(Things.High, "a"), app.ReadAsync(Things.High, "a") };
        await gate.Reached;
        app.Source.Failure = new TimeoutException("the database is away");
        gate.Open();

        foreach (var reader in readers) (await Should.ThrowAsync<TimeoutException>(reader)).Message.ShouldBe("the database is away");

        app.Source.Failure = null;
        (await app.ReadAsync(Things.High, "a")).ShouldBe(1);
        app.Source.ReadsOf("a").ShouldBe(2);
    }

    [Fact]
    public async Task ABackgroundLoadThatFailsIsLoggedAndTheNextReadTriesAgain()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Medium, "a");
        app.Source["a"] = new Value(2);
        await app.MarkStaleAsync("a", Profile.Minutes);

        app.Source.Failure = new TimeoutException("the database is away");
        var failing = app.Source.HoldNext("a");
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(1);
        await failing.Reached;
        failing.Open();
        await app.LogLines.WaitForAsync("A load of 'medium' failed with TimeoutException and nobody was waiting for it");

        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(1);
        app.Source.ReadsOf("a").ShouldBe(2); // a source that failed a moment ago is left alone

        app.Time.Advance(TimeSpan.FromSeconds(1));
        app.Source.Failure = null;
        var succeeding = app.Source.HoldNext("a");
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(1); // old value once more, and another load
        await succeeding.Reached;
        succeeding.Open();
    }

    [Fact]
    public async Task AReadThatIsAlreadyCancelledLoadsNothing()
    {
        await using var app = TestApp.Start();

        await Should.ThrowAsync<OperationCanceledException>(() => app.Freshet.ReadAsync(Things.High, "a", new CancellationToken(canceled: true)).AsTask());

        app.Source.Reads.ShouldBe(0);
    }
}
