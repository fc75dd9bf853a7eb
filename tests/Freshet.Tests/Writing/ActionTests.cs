using Microsoft.Extensions.Logging;

namespace Freshet.Tests.Writing;

public sealed class ActionTests
{
    [Fact]
    public async Task NothingIsAppendedBeforeTheActionEnds()
    {
        await using var app = TestApp.Start();
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("a"));

        app.Freshet.Log.Position.Position.ShouldBe(0);
        (await action.CompleteAsync())!.Value.Position.ShouldBe(1);
        app.Freshet.Log.Position.Position.ShouldBe(1);
    }

    [Fact]
    public async Task AnActionThatFailsAfterRaisingInvalidatesAllTheSameAndSaysSo()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Medium, "a");

        await Should.ThrowAsync<TimeoutException>(async () =>
        {
            await using var action = app.Freshet.BeginWebhook("provider");
            app.Source["a"] = new Value(2);
            app.Freshet.RevalidateTag(Things.Thing.For("a"), Profile.Minutes);
            throw new TimeoutException("after the commit, before the answer");
        });

        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2, "uncertain means invalidate, and an uncertain stale is an expiry");
        app.LogLines.Lines.ShouldContain(line => line.Level == LogLevel.Warning && line.Text.Contains("'provider'") && line.Text.Contains("appended as expiries"));
    }

    [Fact]
    public async Task AnActionThatRaisedNothingHasNoTokenAndWarnsOfNothingWhenItFails()
    {
        await using var app = TestApp.Start();
        await using (app.Freshet.BeginUserAction("nothing"))
        {
        }
        await using var action = app.Freshet.BeginUserAction("nothing");

        (await action.CompleteAsync()).ShouldBeNull();
        app.LogLines.Lines.ShouldNotContain(line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task AReadBetweenRaiseAndAppendOfWhatTheActionTouchesGoesToTheSourceAndLeavesTheCacheAlone()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        app.Source["b"] = new Value(1);
        await app.ReadAsync(Things.High, "a");
        await app.ReadAsync(Things.High, "b");

        await using (var action = app.Freshet.BeginUserAction("write"))
        {
            app.Freshet.Raise(new ThingChanged("a"));
            app.Source["a"] = new Value(2);
            (await app.Freshet.ReadAnswerAsync(Things.High, "a")).Source.ShouldBe(AnswerSource.Bypass);
            (await app.ReadAsync(Things.High, "a")).ShouldBe(2);
            (await app.Freshet.ReadAnswerAsync(Things.High, "b")).Source.ShouldBe(AnswerSource.Cache, "another thing is not touched");
            app.Source["a"] = new Value(3);
            await action.CompleteAsync();
        }

        (await app.ReadAsync(Things.High, "a")).ShouldBe(3, "nothing of the action's own reads was stored");
    }

    [Fact]
    public async Task WhatALoaderReadsForAnActionGoesPastTheCacheToo()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Outer, "a");

        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("a"));
        app.Source["a"] = new Value(2);

        (await app.ReadAsync(Things.Outer, "a")).ShouldBe(2);
        await action.CompleteAsync();
    }

    [Fact]
    public async Task ATagFoundWhileLoadingIsTouchedByItsKind()
    {
        await using var app = TestApp.Start();
        await app.ReadAsync(Things.Found, "a");

        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new OwnerChanged("owner-0"));

        (await app.Freshet.ReadAnswerAsync(Things.Found, "a")).Source.ShouldBe(AnswerSource.Bypass);
        await action.CompleteAsync();
        (await app.Freshet.ReadAnswerAsync(Things.Found, "a")).Source.ShouldBe(AnswerSource.Load);
    }

    [Fact]
    public async Task AFlushAppendsAndLeavesTheActionOpen()
    {
        await using var app = TestApp.Start();
        await using var job = app.Freshet.BeginJob("import");
        app.Freshet.Raise(new ThingChanged("a"));
        (await job.FlushAsync())!.Value.Position.ShouldBe(1);
        app.Freshet.Raise(new ThingChanged("b"));
        (await job.CompleteAsync())!.Value.Position.ShouldBe(2);

        job.Records.Select(record => record.Position).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task AnActionWithinAnActionRecordsForItselfAndTheOuterGoesOn()
    {
        await using var app = TestApp.Start();
        await using var outer = app.Freshet.BeginUserAction("outer");
        await using (var inner = app.Freshet.BeginJob("inner"))
        {
            app.Freshet.Raise(new ThingChanged("a"));
            await inner.CompleteAsync();
            inner.Records.Count.ShouldBe(1);
        }
        app.Freshet.CurrentAction.ShouldBe(outer);
        app.Freshet.UpdateTag(Things.Thing.For("b"));
        await outer.CompleteAsync();

        outer.Records.Single().Call.ShouldBe("UpdateTag");
        app.Freshet.CurrentAction.ShouldBeNull();
    }

    [Fact]
    public async Task ALogProviderThatThrowsLosesNoRecord()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.High, "a");
        app.LogLines.Failure = new IOException("the disk of the logs is full");

        FreshetAction? action = null;
        await Should.ThrowAsync<IOException>(async () =>
        {
            await using var failing = action = app.Freshet.BeginUserAction("fails");
            app.Source["a"] = new Value(2);
            app.Freshet.Raise(new ThingChanged("a"));
        });

        app.LogLines.Failure = null;
        (action!.Records.Count, action.HasUnapplied).ShouldBe((1, false));
        app.Freshet.Log.Position.Position.ShouldBe(1);
        var answer = await app.Freshet.ReadAnswerAsync(Things.High, "a");
        (answer.Value.Number, answer.Source).ShouldBe((2, AnswerSource.Load));
    }

    [Fact]
    public async Task FlushesAtTheSameTimeAppendEverythingAndTheTokenIsTheLast()
    {
        await using var app = TestApp.Start();
        await using var job = app.Freshet.BeginJob("import");

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(async () =>
        {
            app.Freshet.Raise(new ThingChanged($"k{i}"));
            (await job.FlushAsync()).ShouldNotBeNull();
        })));

        job.Token!.Value.Position.ShouldBe(100);
        job.Records.Select(record => record.Position).ShouldBe(Enumerable.Range(1, 100).Select(position => (long)position));
        await job.CompleteAsync();
    }

    [Fact]
    public async Task AFlushWaitsForTheOneBeforeItAndHasItsToken()
    {
        await using var app = TestApp.Start();
        await using var job = app.Freshet.BeginJob("import");
        app.Freshet.Raise(new ThingChanged("a"));
        using var reached = new ManualResetEventSlim();
        using var open = new ManualResetEventSlim();
        app.Time.OnUtcNow = () =>
        {
            reached.Set(); // in the middle of appending
            open.Wait();
        };
        ConsistencyToken? second = null;
        var firstFlush = new Thread(() => job.FlushAsync().AsTask().GetAwaiter().GetResult());
        var secondFlush = new Thread(() => second = job.FlushAsync().AsTask().GetAwaiter().GetResult());

        firstFlush.Start();
        reached.Wait();
        secondFlush.Start();
        SpinWait.SpinUntil(() => !secondFlush.IsAlive || secondFlush.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
        open.Set();
        firstFlush.Join();
        secondFlush.Join();

        second.ShouldNotBeNull().Position.ShouldBe(1);
        await job.CompleteAsync();
    }

    [Fact]
    public async Task EveryInvalidationIsOneStructuredLogLine()
    {
        await using var app = TestApp.Start();
        await app.WriteAsync("a", new Value(1));

        app.LogLines.Lines.ShouldContain(line =>
            line.Text == "event=invalidate call=Raise raised=thing.changed tag=thing:a kind=Expire source=UserAction:write position=1");
    }
}
