using Freshet.Tests.Log.Shared;

namespace Freshet.Tests.Writing;

/// <summary>P13 and PROTOCOL 25: a writer hands its value to the cache, and neither an older load nor a slower writer takes its place.</summary>
public sealed class WriteThroughTests
{
    [Fact]
    public async Task TheNextReadIsAHitWithTheWrittenValue()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1, Version: 1);
        await app.ReadAsync(Things.Versioned, "a");

        await WriteAsync(app, new Value(2, Version: 2));

        var answer = await app.Freshet.ReadAnswerAsync(Things.Versioned, "a");
        (answer.Value.Number, answer.Source, answer.LoadedAt.Position, answer.Version).ShouldBe((2, AnswerSource.Cache, 1, 2));
        app.Source.ReadsOf("a").ShouldBe(1);
    }

    [Fact]
    public async Task P13_AnOlderLoadThatEndsLaterDoesNotReplaceTheWrittenValue()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1, Version: 1);
        var gate = app.Source.HoldNext("a"); // has read 1
        var older = app.ReadAsync(Things.Versioned, "a");
        await gate.Reached;

        await WriteAsync(app, new Value(2, Version: 2));
        gate.Open();
        await app.Time.PassAsync(older);

        (await app.ReadAsync(Things.Versioned, "a")).ShouldBe(2);
    }

    /// <summary>A writes 8, B writes 9, B appends first. With A's value standing as loaded at A's own position, 9 would never be seen.</summary>
    [Fact]
    public async Task OfTwoWritersWhoseAppendsComeInTheOtherOrderTheLaterCommitIsRead()
    {
        await using var app = TestApp.Start();
        var a = app.Freshet.BeginUserAction("a");
        var inA = Task.Run(() =>
        {
            app.Freshet.Raise(new ThingChanged("a"));
            app.Freshet.WriteThrough(Things.Versioned, "a", new Value(8, Version: 8));
        });
        await inA;
        await Task.Run(() => WriteAsync(app, new Value(9, Version: 9), "b"));

        await a.CompleteAsync(); // appends after B, though it committed before

        (await app.ReadAsync(Things.Versioned, "a")).ShouldBe(9);
    }

    [Fact]
    public async Task AnotherWriterInBetweenMakesTheWrittenValueAsOldAsItsAction()
    {
        await using var app = TestApp.Start();
        await using (var action = app.Freshet.BeginUserAction("slow"))
        {
            app.Source["a"] = new Value(2, Version: 2);
            app.Freshet.Raise(new ThingChanged("a"));
            app.Freshet.WriteThrough(Things.Versioned, "a", new Value(2, Version: 2));
            Task other;
            using (ExecutionContext.SuppressFlow()) other = Task.Run(() => app.ExpireAsync("a")); // another request
            await other;
            await action.CompleteAsync();
        }

        (await app.Freshet.ReadAnswerAsync(Things.Versioned, "a")).Source.ShouldBe(AnswerSource.Load);
    }

    /// <summary>Its mark stands under a name of its own, in a shared log too: the tag's own says nothing of it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AFlushInBetweenMakesTheWrittenValueAsOldAsItsAction(bool ofKind)
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        await using (var action = a.Freshet.BeginUserAction("slow"))
        {
            a.Freshet.Raise(new ThingChanged("a"));
            a.Freshet.WriteThrough(Things.Versioned, "a", new Value(2, Version: 2));
            nodes.Source["a"] = new Value(3, Version: 3); // mended by hand
            Task other;
            using (ExecutionContext.SuppressFlow()) other = Task.Run(() => ofKind ? b.App.FlushKindAsync("thing") : b.App.FlushQueryAsync("versioned"));
            await other;
            await action.CompleteAsync();
        }

        (await a.ReadAsync(Things.Versioned, "a")).ShouldBe(3);
    }

    [Fact]
    public async Task ATagRaisedLaterInTheSameActionMeansThatItWasWrittenAgain()
    {
        await using var app = TestApp.Start();
        await using (var action = app.Freshet.BeginUserAction("two steps"))
        {
            app.Freshet.Raise(new ThingChanged("a"));
            app.Freshet.WriteThrough(Things.Versioned, "a", new Value(2, Version: 2));
            app.Source["a"] = new Value(3, Version: 3); // another part of the same request
            app.Freshet.Raise(new ThingChanged("a"));
            await action.CompleteAsync();
        }

        (await app.ReadAsync(Things.Versioned, "a")).ShouldBe(3);
    }

    [Fact]
    public async Task AnActionsOwnEarlierStepIsNotAnotherWriter()
    {
        await using var app = TestApp.Start();
        await using var job = app.Freshet.BeginJob("steps");
        for (var step = 1; step <= 3; step++)
        {
            app.Source["a"] = new Value(step, Version: step);
            app.Freshet.RevalidateTag(Things.Thing.For("a"), Expire.Now);
            app.Freshet.WriteThrough(Things.Versioned, "a", new Value(step, Version: step));
            await job.FlushAsync();
        }
        await job.CompleteAsync();

        var answer = await app.Freshet.ReadAnswerAsync(Things.Versioned, "a");
        (answer.Value.Number, answer.Source).ShouldBe((3, AnswerSource.Cache));
    }

    [Fact]
    public async Task WhatAFlushHasWrittenThroughIsNotWrittenAgainByTheNext()
    {
        await using var app = TestApp.Start();
        await using var job = app.Freshet.BeginJob("steps");
        app.Freshet.RevalidateTag(Things.Thing.For("a"), Expire.Now);
        app.Freshet.WriteThrough(Things.Versioned, "a", new Value(2, Version: 2));
        await job.FlushAsync();
        app.Source["a"] = new Value(3, Version: 3);
        app.Freshet.RevalidateTag(Things.Thing.For("a"), Expire.Now);
        await job.CompleteAsync();

        (await app.ReadAsync(Things.Versioned, "a")).ShouldBe(3);
    }

    [Fact]
    public async Task ItsLifeBeginsWhenItIsHandedOver()
    {
        await using var app = TestApp.Start();
        await using (var action = app.Freshet.BeginUserAction("slow"))
        {
            app.Freshet.UpdateTag(Things.Thing.For("a"));
            app.Freshet.WriteThrough(Things.Versioned, "a", new Value(2, Version: 2));
            app.Time.Advance(TimeSpan.FromSeconds(60));
            await action.CompleteAsync();
        }
        app.Source["a"] = new Value(3, Version: 3); // by somebody whom Freshet knows nothing of
        app.Time.Advance(TimeSpan.FromSeconds(100)); // less than a life of two minutes after the end of the action, more than one after that

        (await app.ReadAsync(Things.Versioned, "a")).ShouldBe(3);
    }

    [Fact]
    public void OfAnotherEpochItIsAsOldAsItsAction()
    {
        var (begunAt, appendedAt) = (new LogPosition(Epoch.Create(), 5), new LogPosition(Epoch.Create(), 7));

        new WrittenAt(begunAt, appendedAt, new Dictionary<Tag, long>(), new HashSet<Tag>()).LoadedAt([]).ShouldBe(begunAt);
        new WrittenAt(begunAt, appendedAt with { Epoch = begunAt.Epoch }, new Dictionary<Tag, long>(), new HashSet<Tag>()).LoadedAt([]).Position.ShouldBe(7);
    }

    [Fact]
    public async Task AValueWithoutAnyInvalidationIsWrittenThroughToo()
    {
        await using var app = TestApp.Start();
        await using (var action = app.Freshet.BeginUserAction("computes"))
        {
            app.Freshet.WriteThrough(Things.Versioned, "a", new Value(2, Version: 2));
            await action.CompleteAsync();
        }

        var answer = await app.Freshet.ReadAnswerAsync(Things.Versioned, "a");
        (answer.Value.Number, answer.Source).ShouldBe((2, AnswerSource.Cache));
    }

    [Fact]
    public async Task AValueThatCannotBeStoredCostsTheWriteNothing()
    {
        await using var app = TestApp.Start<Unsized>();
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.UpdateTag(Unsized.Thing.For("a"));
        app.Freshet.WriteThrough(Unsized.Query, "a", new Value(2, Version: 2));

        (await action.CompleteAsync()).ShouldNotBeNull();

        app.LogLines.Lines.ShouldContain(line => line.Text.Contains("A value of 'unsized' was not written through: InvalidOperationException"));
    }

    [Fact]
    public async Task AnActionThatFailsWritesNothingThrough()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1, Version: 1);
        await using (app.Freshet.BeginUserAction("fails"))
        {
            app.Freshet.Raise(new ThingChanged("a"));
            app.Freshet.WriteThrough(Things.Versioned, "a", new Value(2, Version: 2));
        }

        (await app.ReadAsync(Things.Versioned, "a")).ShouldBe(1);
    }

    [Fact]
    public async Task AValueOfALowerVersionThanIsStoredIsLeftOut()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(5, Version: 5);
        await app.ReadAsync(Things.Versioned, "a");

        await using (var action = app.Freshet.BeginUserAction("touches nothing"))
        {
            app.Freshet.WriteThrough(Things.Versioned, "a", new Value(4, Version: 4));
            await action.CompleteAsync();
        }

        (await app.ReadAsync(Things.Versioned, "a")).ShouldBe(5);
    }

    [Fact]
    public async Task WithoutAVersionItIsRefused()
    {
        await using var app = TestApp.Start();
        await using var action = app.Freshet.BeginUserAction("write");

        var refused = Should.Throw<WriteThroughException>(() => app.Freshet.WriteThrough(Things.High, "a", new Value(1)));
        (refused.Query, refused.Code).ShouldBe(("high", "write-through"));
        refused.Message.ShouldContain(".VersionedBy(");
    }

    [Fact]
    public async Task TagsThatAreFoundWhileLoadingCannotBeKnownSoItIsRefused()
    {
        await using var app = TestApp.Start<Finding>();
        await using var action = app.Freshet.BeginUserAction("write");

        Should.Throw<WriteThroughException>(() => app.Freshet.WriteThrough(Finding.Query, "a", new Value(1))).Message.ShouldContain("found only while loading");
    }

    [Fact]
    public async Task OutsideAnActionItIsRefused()
    {
        await using var app = TestApp.Start();

        Should.Throw<TriggerException>(() => app.Freshet.WriteThrough(Things.Versioned, "a", new Value(1))).Code.ShouldBe("no-trigger");
    }

    private static async Task WriteAsync(TestApp app, Value value, string name = "write")
    {
        await using var action = app.Freshet.BeginUserAction(name);
        app.Source["a"] = value;
        app.Freshet.Raise(new ThingChanged("a"));
        app.Freshet.WriteThrough(Things.Versioned, "a", value);
        await action.CompleteAsync();
    }

    private sealed class Unsized() : Catalog("unsized-team")
    {
        public static readonly Tag<string> Thing = new("thing");

        public static readonly CachedQuery<string, Value> Query = new CachedQuery<string, Value>("unsized", RiskLevel.Low)
            .DependsOn(Thing, id => id)
            .VersionedBy(value => value.Version)
            .SizedBy(_ => throw new InvalidOperationException("cannot be measured"))
            .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));
    }

    private sealed class Finding() : Catalog("finding-team")
    {
        public static readonly Tag<string> Thing = new("thing");
        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

        public static readonly CachedQuery<string, Value> Query = new CachedQuery<string, Value>("finding", RiskLevel.Low)
            .FindsTags(Thing)
            .VersionedBy(value => value.Version)
            .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));
    }
}
