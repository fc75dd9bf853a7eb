using Microsoft.Extensions.Configuration;

namespace Freshet.Tests.SecondLevel;

/// <summary>R1 across nodes: whatever lands in the second level late is born outdated. DESIGN 10: P4, P7.</summary>
public sealed class OutdatedAcrossNodesTests
{
    [Fact]
    public async Task P4_WhatALaggingNodeStoresLateIsBornOutdated()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        var gate = nodes.Source.HoldNext("a");
        var late = nodes.B.ReadAsync(Sharing.Plain, "a");
        await gate.Reached; // B has read 1 and is on its way back

        await nodes.A.WriteAsync("a", new Value(2)); // B does not hear of it
        gate.Open();
        (await late).ShouldBe(1);
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.B, Sharing.Plain)[StoreResult.Stored] == 1);

        (await nodes.A.ReadAsync(Sharing.Plain, "a")).ShouldBe(2);
        Nodes.CountersOf(nodes.A, Sharing.Plain)[SecondLevelResult.Outdated].ShouldBe(1);
    }

    [Fact]
    public async Task WhatWasLoadedEarlierNeverReplacesWhatWasLoadedLater()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        var gate = nodes.Source.HoldNext("a");
        var late = nodes.B.ReadAsync(Sharing.Plain, "a");
        await gate.Reached;
        await nodes.A.WriteAsync("a", new Value(2));
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");

        gate.Open();
        await late;
        await Nodes.UntilAsync(() => Nodes.CountersOf(nodes.B, Sharing.Plain)[StoreResult.Refused] == 1);

        nodes.Deliver();
        (await nodes.B.ReadAsync(Sharing.Plain, "a")).ShouldBe(2);
        nodes.Source.Reads.ShouldBe(2, "B took A's");
    }

    [Fact]
    public async Task WhatIsKnownToBeOutdatedIsNotStoredAtAll()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        var gate = nodes.Source.HoldNext("a");
        var late = nodes.A.ReadAsync(Sharing.Plain, "a");
        await gate.Reached;
        await nodes.A.WriteAsync("a", new Value(2));
        gate.Open();
        await late;
        await nodes.FillAsync(nodes.A, Sharing.Plain, "b");

        nodes.Store.Keys.ShouldBe(["app:plain:v1:b"]);
    }

    [Fact]
    public async Task P7_ANodeThatForgotTheTagStillKnowsThatItMayHaveBeenInvalidated()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        await nodes.A.WriteAsync("a", new Value(2));
        nodes.Deliver();
        var node = Nodes.NodeOf(nodes.B);
        node.Applied.Marks.Forget(upTo: 1).ShouldBe(1);

        (await nodes.B.ReadAsync(Sharing.Plain, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task ANodeThatJustJoinedTakesNothingFromBefore()
    {
        // Its table begins at the head: of what was invalidated before, it knows nothing (PROTOCOL 12).
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        await nodes.A.WriteAsync("a", new Value(2));
        var (b, head) = (Nodes.NodeOf(nodes.B), Nodes.NodeOf(nodes.A).Applied.Position);
        b.StartOver(new LogPosition(Epoch.Create(), 0));
        b.StartOver(head);

        (await nodes.B.ReadAsync(Sharing.Plain, "a")).ShouldBe(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AWriteThatCouldNotBeAppendedYetOutdatesWhatAnotherNodeLoadedMeanwhile(bool isInMemory)
    {
        // A is one position ahead, by a record of something else, and its load began before B's commit.
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.A.WriteAsync("other", new Value(5));
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        if (isInMemory) await nodes.B.ReadAsync(Sharing.Plain, "a");
        nodes.Source["a"] = new Value(2);
        Nodes.NodeOf(nodes.B).ExpireAhead([Sharing.Thing.For("a")]);

        (await nodes.B.ReadAsync(Sharing.Plain, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task AReadThatTrustsOnlyTheSourceDoesNotAskTheSecondLevel()
    {
        // PROTOCOL 7: how fresh an entry is, this node could only tell by what it knows, and nobody knows how old that is.
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        nodes.Source["a"] = new Value(2);
        var runtime = (QueryRuntime<string, Value>)nodes.B.Freshet.ShouldBeOfType<FreshetService>().Runtimes.Single(each => each.Name == "plain");

        var reading = await runtime.ReadAsync("a", new Need(0, null, null, FromSource: true), CancellationToken.None);

        (reading.Entry.Value.Number, reading.Source).ShouldBe((2, AnswerSource.Load));
    }

    [Fact]
    public async Task NorDoesALoadThatSuchAReadJoinsWhileItWaitsForItsTurn()
    {
        await using var nodes = Nodes.Start(configuration: new ConfigurationBuilder().AddInMemoryCollection([new("Freshet:Policies:plain:MaxConcurrentLoads", "1")]).Build());
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        nodes.Source["a"] = new Value(2);
        var runtime = (QueryRuntime<string, Value>)nodes.B.Freshet.ShouldBeOfType<FreshetService>().Runtimes.Single(each => each.Name == "plain");
        var gate = nodes.Source.HoldNext("busy");
        var busy = nodes.B.ReadAsync(Sharing.Plain, "busy");
        await gate.Reached;

        var first = nodes.B.ReadAsync(Sharing.Plain, "a");
        var second = runtime.ReadAsync("a", new Need(0, null, null, FromSource: true), CancellationToken.None).AsTask();
        gate.Open();

        (await second).Entry.Value.Number.ShouldBe(2);
        (await first).ShouldBe(2);
        await busy;
    }

    [Fact]
    public async Task AnEntryOfAnotherEpochIsOutdated()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        Nodes.NodeOf(nodes.B).StartOver(new LogPosition(Epoch.Create(), 0));
        nodes.Source["a"] = new Value(2);

        (await nodes.FillAsync(nodes.B, Sharing.Plain, "a")).ShouldBe(2);
        Nodes.CountersOf(nodes.B, Sharing.Plain)[SecondLevelResult.Outdated].ShouldBe(1);
        Nodes.CountersOf(nodes.B, Sharing.Plain)[StoreResult.Stored].ShouldBe(1, "of two epochs the newcomer wins");
    }

    [Fact]
    public async Task AnEpochThatChangesDuringTheQuestionOutdatesTheAnswer()
    {
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        var gate = nodes.Store.Hold["get"] = new Gate();
        var first = nodes.B.ReadAsync(Sharing.Plain, "a");
        await gate.Reached;
        Nodes.NodeOf(nodes.B).StartOver(new LogPosition(Epoch.Create(), 0));
        nodes.Source["a"] = new Value(2);
        gate.Open();

        (await first).ShouldBe(1, "it began before, so either value is right for it");
        (await nodes.B.ReadAsync(Sharing.Plain, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task AReaderThatComesAfterAnInvalidationDoesNotTakeWhatWasFoundBeforeIt()
    {
        // R2: the read that found the value in the second level began before; the one that joins it did not.
        await using var nodes = Nodes.Start();
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Found, "a");
        var gate = nodes.Store.Hold["get"] = new Gate();
        var first = nodes.B.ReadAsync(Sharing.Found, "a");
        await gate.Reached;
        await using (var action = nodes.B.Freshet.BeginUserAction("change"))
        {
            nodes.Source["a"] = new Value(2);
            nodes.B.Freshet.Raise(new OwnerChanged("owner-1")); // a tag that only the entry tells
            await action.CompleteAsync();
        }
        var second = nodes.B.ReadAsync(Sharing.Found, "a");
        gate.Open();

        (await second).ShouldBe(2);
        await first;
        (await nodes.B.ReadAsync(Sharing.Found, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task MarksThatCannotBeFetchedAreUnknownAndUnknownIsNeverFresh()
    {
        var log = new ForgetfulLog();
        await using var nodes = Nodes.Start(builder => builder.Services.Add(new(typeof(IMarkFetching), log)));
        nodes.Source["a"] = new Value(1);
        await nodes.FillAsync(nodes.A, Sharing.Plain, "a");
        await nodes.A.WriteAsync("other", new Value(7));
        var b = Nodes.NodeOf(nodes.B);
        b.StartOver(new LogPosition(Epoch.Create(), 0));
        b.StartOver(Nodes.NodeOf(nodes.A).Applied.Position); // knows nothing up to 1

        await nodes.B.ReadAsync(Sharing.Plain, "a");

        log.Asked.ShouldBe(["thing:a after 0", "all-of-query:plain after 0"]);
        nodes.Source.Reads.ShouldBe(2);
    }

    private sealed class ForgetfulLog : IMarkFetching
    {
        public List<string> Asked { get; } = [];

        public ValueTask<bool> KnowMarksAsync(MarkTable table, IReadOnlyList<TagMark> marks, long loadedAt, CancellationToken cancellationToken)
        {
            Asked.AddRange(marks.Select(mark => $"{mark.Tag} after {loadedAt}"));
            return new(false);
        }
    }
}
