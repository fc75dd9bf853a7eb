namespace Freshet.Tests.Diagnostics;

public sealed class ReplacedTests
{
    private sealed class Touchy : IEquatable<Touchy>
    {
        public int Asked { get; private set; }

        public bool Throws { get; init; }

        public bool Equals(Touchy? other)
        {
            Asked++;
            return Throws ? throw new NotSupportedException("cannot compare") : true;
        }

        public override bool Equals(object? obj) => Equals(obj as Touchy);

        public override int GetHashCode() => 0;
    }

    [Fact]
    public async Task AnOutdatedEntryReplacedByTheSameValueIsWaste()
    {
        await using var app = Traced.Start();
        using var meter = new MeterReader(app);
        var counters = Counters(app);

        counters.NoteReplaced(new Value(1), new Value(1));
        counters.NoteReplaced(new Value(1), new Value(2));
        counters.NoteReplaced(new object(), new object());

        meter.Sum("freshet.invalidations.judged", ("query", "inner")).ShouldBe(2, "what cannot be judged is counted in neither");
        meter.Sum("freshet.invalidations.wasted", ("query", "inner")).ShouldBe(1);
    }

    [Fact]
    public async Task NothingIsComparedWhenNobodyListens()
    {
        await using var app = Traced.Start();
        using var meter = new MeterReader(app, listensTo: name => !name.StartsWith("freshet.invalidations.", StringComparison.Ordinal));
        var value = new Touchy();

        Counters(app).NoteReplaced(value, new Touchy());

        value.Asked.ShouldBe(0);
    }

    [Fact]
    public async Task AnEqualsThatThrowsIsContained()
    {
        await using var app = Traced.Start();
        using var meter = new MeterReader(app);

        Counters(app).NoteReplaced(new Touchy { Throws = true }, new Touchy());

        meter.Sum("freshet.invalidations.judged").ShouldBe(0);
        app.LogLines.Lines.ShouldContain(line => line.Text.Contains("NotSupportedException"));
    }

    [Fact]
    public void OnlyAnInvalidatedTagMakesTheReplacementTheInvalidationsDoing()
    {
        var epoch = Epoch.Create();
        var table = new MarkTable(epoch, forgottenUpTo: 0);
        var before = Entry(epoch, position: 5, capturedAt: 0);
        QueryCounters.WasOutdatedByTag(before, Entry(epoch, 7, 50)).ShouldBeFalse("no tag was invalidated");

        table.Invalidate(new Invalidation(Things.Thing.For("a"), InvalidationKind.Expire, TimeSpan.Zero), 6, 0);

        QueryCounters.WasOutdatedByTag(before, Entry(epoch, 7, 50)).ShouldBeTrue();
        QueryCounters.WasOutdatedByTag(before, Entry(epoch, 7, 100)).ShouldBeFalse("its time was up anyway");
        QueryCounters.WasOutdatedByTag(before, Entry(Epoch.Create(), 7, 50, new MarkTable(Epoch.Create(), forgottenUpTo: 0))).ShouldBeFalse("the whole log is another one");

        Entry<Value> Entry(Epoch of, long position, long capturedAt, MarkTable? marks = null) => new Entry<string, Value>(
            "a", new Value(1), new AppliedPosition(new LogPosition(of, position), marks ?? table, 1), table.Acquire([Things.Thing.For("a")]),
            capturedAt, capturedAt + 100, version: null, isCacheable: true);
    }

    private static QueryCounters Counters(TestApp app) =>
        app.Freshet.ShouldBeOfType<FreshetService>().Runtimes.Single(runtime => runtime.Name == "inner").Counters;
}
