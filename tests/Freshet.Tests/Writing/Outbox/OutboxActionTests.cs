using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Freshet.Tests.Writing.Outbox;

/// <summary>The end of an action whose events are saved with their write: the database decides.</summary>
public sealed class OutboxActionTests
{
    private readonly TestOutbox _outbox = new();

    [Fact]
    public async Task WhatIsCommittedIsAppendedAsRaisedThoughTheActionFailedAfterwards()
    {
        await using var app = Start();
        await Should.ThrowAsync<TimeoutException>(async () =>
        {
            await using var action = app.Freshet.BeginWebhook("provider");
            app.Freshet.Raise(new ThingChanged("a"));
            _outbox.Save(action, commit: true);
            throw new TimeoutException("after the commit, before the answer");
        });

        var record = await FirstRecordAsync(app);
        (record.Cause, record.Invalidations.Single().Kind).ShouldBe((null, InvalidationKind.MarkStale), "the database has committed it: nothing is uncertain");
        app.LogLines.Lines.ShouldNotContain(line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task S2_S3_WhatIsRolledBackIsNeverAppendedHoweverTheActionEnds()
    {
        await using var app = Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Medium, "a");
        await using (var action = app.Freshet.BeginUserAction("completes"))
        {
            app.Freshet.Raise(new ThingChanged("a"));
            _outbox.Save(action, commit: false);
            (await action.CompleteAsync()).ShouldBeNull();
            (action.IsPending, action.Records.Count).ShouldBe((false, 0));
        }
        app.LogLines.Lines.ShouldContain(line => line.Level == LogLevel.Information && line.Text.Contains("'completes' (UserAction) saved 1 records in transactions that were not committed"));
        await using (var action = app.Freshet.BeginUserAction("fails"))
        {
            app.Freshet.Raise(new ThingChanged("a"));
            _outbox.Save(action, commit: false);
        }

        app.Freshet.Log.Position.Position.ShouldBe(0);
        (await app.Freshet.ReadAnswerAsync(Things.Medium, "a")).Source.ShouldBe(AnswerSource.Cache);
    }

    [Fact]
    public async Task SavedAndUnsavedAreAppendedTogetherInTheOrderRaised()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("saved-1"));
        app.Freshet.Raise(new ThingChanged("saved-2"));
        _outbox.Save(action, commit: true);
        app.Freshet.Raise(new ThingChanged("unsaved"));
        app.Freshet.Raise(new ThingChanged("rolled back"));
        action.TakeToSave(_outbox);
        app.Freshet.Raise(new ThingChanged("saved-3"));
        _outbox.Save(action, commit: true);

        // "unsaved" went into the transaction that was rolled back, like what was raised beside it.
        (await action.CompleteAsync())!.Value.Position.ShouldBe(3);
        action.Records.Select(record => record.Invalidations.Single().Tag.ToString()).ShouldBe(["thing:saved-1", "thing:saved-2", "thing:saved-3"]);
    }

    [Fact]
    public async Task WhatWasNeverSavedIsAppendedBesideWhatWas()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("saved"));
        _outbox.Save(action, commit: true);
        app.Freshet.UpdateTag(Things.Thing.For("after the commit"));
        await action.DisposeAsync();

        action.Records.Select(record => (record.Invalidations.Single().Tag.ToString(), record.Cause)).ShouldBe([("thing:saved", null), ("thing:after the commit", "uncertain")]);
        app.LogLines.Lines.ShouldContain(line => line.Text.Contains("its 1 records were appended as expiries"));
    }

    [Fact]
    public async Task AnOutboxThatCannotBeAskedLeavesNothingGuessed()
    {
        await using var app = Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Medium, "a");
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("a"));
        _outbox.Save(action, commit: true);
        app.Source["a"] = new Value(2);
        _outbox.Failure = new IOException("the database is away");

        (await action.CompleteAsync()).ShouldBeNull();

        (action.IsPending, action.Records.Count, app.Freshet.Log.Position.Position).ShouldBe((true, 0, 0));
        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2, "the write may be committed, so its own node serves nothing older");
        app.LogLines.Lines.ShouldContain(line => line.Level == LogLevel.Error && line.Text.Contains("could not be asked which of 1 records"));
    }

    [Fact]
    public async Task AFlushAppendsWhatIsCommittedAndLeavesTheOpenTransactionsToTheEnd()
    {
        await using var app = Start();
        await using var job = app.Freshet.BeginJob("import");
        app.Freshet.Raise(new ThingChanged("a"));
        _outbox.Save(job, commit: true);
        app.Freshet.Raise(new ThingChanged("b"));
        var open = _outbox.Save(job, commit: false);

        (await job.FlushAsync())!.Value.Position.ShouldBe(1);
        _outbox.Committed.Add(open.Single().Id, open.Single());
        (await job.CompleteAsync())!.Value.Position.ShouldBe(2);

        job.Records.Select(record => record.Invalidations.Single().Tag.ToString()).ShouldBe(["thing:a", "thing:b"]);
        app.LogLines.Lines.ShouldNotContain(line => line.Text.Contains("were not committed"), "nothing was rolled back");
    }

    [Fact]
    public async Task AUnitOfWorkThatIsTriedAgainGetsWhatTheLastOneGot()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("retries");
        app.Freshet.Raise(new ThingChanged("a"));
        var lost = _outbox.Save(action, commit: false, again: true);
        action.TakeToSave(_outbox).Drafts.ShouldBeEmpty("who tells transactions apart gives back what was rolled back");
        _outbox.Save(action, commit: true, again: true).ShouldBe(lost, "the same ids: had the first been committed after all, its row would be there already");

        await action.CompleteAsync();
        action.Records.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task AUnitOfWorkThatRaisesAnewTakesOnlyThat()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("retries");
        app.Freshet.Raise(new ThingChanged("a"));
        _outbox.Save(action, commit: false, again: true);
        app.Freshet.Raise(new ThingChanged("a"));
        _outbox.Save(action, commit: true, again: true).ShouldHaveSingleItem();

        await action.CompleteAsync();
        action.Records.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task WhatTheDatabaseSaidIsCommittedIsNeitherAskedForNorSavedAgain()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("retries");
        app.Freshet.Raise(new ThingChanged("certain"));
        app.Freshet.Raise(new ThingChanged("asked for"));
        var (certain, other) = _outbox.Save(action, commit: false) is [var first, var second] ? (first, second) : default;
        action.NoteCommitted(new HashSet<Guid> { certain.Id });

        action.TakeToSave(_outbox, again: true).Drafts.ShouldHaveSingleItem().Id.ShouldBe(other.Id);

        (await action.CompleteAsync()).ShouldNotBeNull();
        (action.Records.ShouldHaveSingleItem().Id, _outbox.AskedFor.ShouldHaveSingleItem()).ShouldBe((certain.Id, other.Id));
    }

    [Fact]
    public async Task EachOfTwoOutboxesHasItsOwn()
    {
        await using var app = Start();
        var other = new TestOutbox();
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("a"));
        var own = _outbox.Save(action, commit: true).Single();
        other.Save(action, commit: true, again: true).ShouldBeEmpty("it is the first one's");
        app.Freshet.Raise(new ThingChanged("b"));
        var others = other.Save(action, commit: true).Single();

        action.SavedIn(_outbox).ShouldHaveSingleItem().Id.ShouldBe(own.Id);
        await action.CompleteAsync();
        action.Records.Select(record => record.Id).ShouldBe([own.Id, others.Id]);
        (_outbox.Appended.Single().Id, other.Appended.Single().Id).ShouldBe((own.Id, others.Id));
    }

    [Fact]
    public async Task OfWhatCouldNotBeWrittenOnlyThatIsUnsaved()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("written"));
        _outbox.Save(action, commit: false);
        app.Freshet.Raise(new ThingChanged("not written"));
        action.Unsave([action.TakeToSave(_outbox).Drafts.Single().Id]);

        await action.CompleteAsync();
        action.Records.ShouldHaveSingleItem().Invalidations.Single().Tag.ToString().ShouldBe("thing:not written");
    }

    [Fact]
    public async Task WhatCouldNotBeWrittenIsUnsavedAgain()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("a"));
        action.Unsave([.. action.TakeToSave(_outbox).Drafts.Select(draft => draft.Id)]);

        await action.CompleteAsync();

        (action.Records.Count, _outbox.Asked).ShouldBe((1, 0));
    }

    [Fact]
    public async Task TheOutboxIsToldWhereItsRecordsAreAndOnlyOfItsOwn()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.UpdateTag(Things.Thing.For("unsaved"));
        var transaction = action.TakeToSave(_outbox);
        action.Unsave([.. transaction.Drafts.Select(draft => draft.Id)]);
        await action.FlushAsync();
        app.Freshet.Raise(new ThingChanged("a"));
        _outbox.Save(action, commit: true);

        await action.CompleteAsync();

        var noted = _outbox.Appended.ShouldHaveSingleItem();
        (noted.Position, noted.Event, noted.EventData).ShouldBe((2, "thing.changed", """{"id":"a"}"""));
    }

    [Fact]
    public async Task ARowNamesWhoRaisedIt()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginJob("nightly", "clerk");
        app.Freshet.Raise(new ThingChanged("a"));
        var draft = _outbox.Save(action, commit: true).Single();

        (draft.IsDurable, draft.By!.Trigger, draft.By.Action, draft.By.Actor).ShouldBe((true, TriggerKind.Job, "nightly", "clerk"));
        await action.CompleteAsync();
    }

    [Fact]
    public async Task AClaimIsGivenToEveryTransactionUntilTheActionEnds()
    {
        await using var app = Start();
        await using var action = app.Freshet.BeginWebhook("provider");
        action.Claim = new DeliveryClaim("payments", "evt_1");

        action.TakeToSave(_outbox).ShouldSatisfyAllConditions(first => first.Claim.ShouldBe(action.Claim), first => first.IsEmpty.ShouldBeFalse());
        action.TakeToSave(_outbox).Claim.ShouldBe(action.Claim, "the first transaction may have been rolled back");
        await action.CompleteAsync();
        Should.Throw<TriggerException>(() => action.TakeToSave(_outbox)).Code.ShouldBe("action-ended");
    }

    [Fact]
    public async Task AnActionWhoseEndHadToWaitAndFailedIsLeftAllTheSame()
    {
        await using var app = Start();
        var answer = new TaskCompletionSource();
        _outbox.Answer = answer.Task;
        var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("a"));
        _outbox.Save(action, commit: true);
        var ending = action.CompleteAsync().AsTask();
        ending.IsCompleted.ShouldBeFalse();
        app.LogLines.Failure = new IOException("the disk of the logs is full");
        answer.SetResult();

        await Should.ThrowAsync<IOException>(ending);

        app.Freshet.CurrentAction.ShouldBeNull();
    }

    [Theory]
    [InlineData("rolled back")]
    [InlineData("open at a flush")]
    [InlineData("not to be asked for")]
    public async Task AValueIsNotWrittenThroughUnlessTheWholeWriteIsAppended(string part)
    {
        await using var app = Start();
        app.Source["a"] = new Value(1, Version: 1);
        await using (var action = app.Freshet.BeginUserAction("write"))
        {
            app.Freshet.Raise(new ThingChanged("b")); // of the same write; no tag of the value
            _outbox.Save(action, commit: false);
            app.Freshet.WriteThrough(Things.Versioned, "a", new Value(2, Version: 2));
            if (part == "not to be asked for") _outbox.Failure = new IOException("the database is away");
            if (part == "open at a flush") await action.FlushAsync();
            await action.CompleteAsync();
        }

        app.EntriesOf(Things.Versioned).ShouldBe(0);
    }

    [Fact]
    public async Task AnEventThatCannotBeWrittenIsRefusedWhenItIsRaised()
    {
        await using var app = TestApp.Start<Odd>(freshet => freshet.Services.AddSingleton<IOutbox>(_outbox));
        await using var action = app.Freshet.BeginUserAction("write");

        var refused = Should.Throw<EventNotWritableException>(() => app.Freshet.Raise(new Unwritable("a")));
        (refused.Event, refused.EventType, refused.InnerException).ShouldBe(("odd.unwritable", typeof(Unwritable), refused.InnerException.ShouldNotBeNull()));
        Should.Throw<EventNotWritableException>(() => app.Freshet.Raise(new NoObject())).InnerException.ShouldBeNull();

        (await action.CompleteAsync()).ShouldBeNull();
        app.Freshet.Log.Position.Position.ShouldBe(0);
    }

    [Fact]
    public async Task WithoutAnOutboxSuchAnEventIsRaisedAllTheSame()
    {
        await using var app = TestApp.Start<Odd>();
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new Unwritable("a"));
        (await action.CompleteAsync()).ShouldNotBeNull();
    }

    private TestApp Start() => TestApp.Start(freshet => freshet.Services.AddSingleton<IOutbox>(_outbox));

    private static async Task<LogRecord> FirstRecordAsync(TestApp app)
    {
        using var watchdog = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var record in app.Freshet.Log.FollowAsync(0, watchdog.Token)) return record;
        throw new InvalidOperationException("The log ended.");
    }
}

public sealed record Unwritable(string Id)
{
#pragma warning disable CA1822 // JSON reads members of an instance.
    public string Broken => throw new InvalidOperationException("a member that throws");
#pragma warning restore CA1822
}

public sealed class NoObject : List<string>;

/// <summary>Events that no outbox could keep.</summary>
public sealed class Odd() : Catalog("odd-team")
{
    public static readonly Tag<string> Thing = new("odd-thing");

    public static readonly Event<Unwritable> Unwritable = new Event<Unwritable>("odd.unwritable").Invalidates(Thing, e => e.Id);

    public static readonly Event<NoObject> NoObject = new Event<NoObject>("odd.no-object").Invalidates(Thing.For("all"));
}
