namespace Freshet.Tests.Writing;

/// <summary>Who is watching decides which call is right. DESIGN 5, S10, S13.</summary>
public sealed class TriggerTests
{
    public static TheoryData<TriggerKind> OtherTriggers => [TriggerKind.Webhook, TriggerKind.Job, TriggerKind.Operator];

    [Theory]
    [MemberData(nameof(OtherTriggers))]
    public async Task S10_UpdateTagOutsideAUserActionThrowsAndNamesTheCallToUse(TriggerKind trigger)
    {
        await using var app = TestApp.Start();
        await using var action = Begin(app, trigger);

        var error = Should.Throw<TriggerException>(() => app.Freshet.UpdateTag(Things.Thing.For("a")));

        error.Message.ShouldContain("RevalidateTag");
        error.UseInstead.ShouldNotBeNull().ShouldContain("RevalidateTag");
        error.Trigger.ShouldBe(trigger);
        await action.CompleteAsync();
        app.Freshet.Log.Position.Position.ShouldBe(0, "nothing is recorded half");
    }

    [Theory]
    [MemberData(nameof(OtherTriggers))]
    public async Task RefreshOutsideAUserActionThrows(TriggerKind trigger)
    {
        await using var app = TestApp.Start();
        await using var action = Begin(app, trigger);

        Should.Throw<TriggerException>(app.Freshet.Refresh).Call.ShouldBe("Refresh");
        await action.CompleteAsync();
    }

    [Fact]
    public async Task S13_EachOfTheFourCallsRecordsExactlyItsOwn()
    {
        await using var app = TestApp.Start();
        await using (var user = app.Freshet.BeginUserAction("form"))
        {
            app.Freshet.UpdateTag(Things.Thing.For("a"));
            app.Freshet.RevalidatePath("/items/{id}", PathScope.Layout);
            app.Freshet.Refresh();
            await user.CompleteAsync();
            user.RefreshRequested.ShouldBeTrue();
            user.Records.Select(record => (record.Call, Text(record))).ShouldBe(
            [
                ("UpdateTag", "thing:a Expire"),
                ("RevalidatePath", "layout:/items/{id} Expire"),
            ]);
        }
        await using (var hook = app.Freshet.BeginWebhook("identity"))
        {
            app.Freshet.RevalidateTag(Things.Thing.For("a"), Profile.Minutes);
            await hook.CompleteAsync();
            hook.Records.Select(record => (record.Trigger, record.Call, Text(record))).ShouldBe([(TriggerKind.Webhook, "RevalidateTag", "thing:a MarkStale")]);
            hook.Records[0].Invalidations[0].Deadline.ShouldBe(Profile.Minutes.Expire);
        }
    }

    [Fact]
    public async Task S14_ExpireNowExpiresOutsideAUserAction()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.Medium, "a");
        await using (var hook = app.Freshet.BeginWebhook("provider"))
        {
            app.Source["a"] = new Value(2);
            app.Freshet.RevalidateTag(Things.Thing.For("a"), Expire.Now);
            await hook.CompleteAsync();
        }

        (await app.ReadAsync(Things.Medium, "a")).ShouldBe(2);
    }

    [Fact]
    public async Task RaiseExpiresInAUserActionAndMarksStaleElsewhereWithTheEventsProfile()
    {
        await using var app = TestApp.Start();
        foreach (var (trigger, kind, deadline) in ((TriggerKind, InvalidationKind, TimeSpan)[])
            [(TriggerKind.UserAction, InvalidationKind.Expire, TimeSpan.Zero), (TriggerKind.Job, InvalidationKind.MarkStale, Profile.Seconds.Expire)])
        {
            await using var action = Begin(app, trigger);
            app.Freshet.Raise(new ThingChanged("a"));
            await action.CompleteAsync();
            action.Records.Single().Invalidations.ShouldBe([new Invalidation(Things.Thing.For("a"), kind, deadline)]);
        }
    }

    [Theory]
    [InlineData("Raise")]
    [InlineData("UpdateTag")]
    [InlineData("RevalidateTag")]
    [InlineData("RevalidatePath")]
    [InlineData("Refresh")]
    public async Task ACallOutsideAnyTriggerThrowsAndSaysHowToOpenOne(string call)
    {
        await using var app = TestApp.Start();

        var error = Should.Throw<TriggerException>(() => Call(app, call));

        error.Code.ShouldBe("no-trigger");
        error.Message.ShouldContain("BeginJob");
    }

    [Fact]
    public async Task ACallInsideALoaderThrowsAndNothingIsRecorded()
    {
        await using var app = TestApp.Start();
        await using var action = app.Freshet.BeginUserAction("reads while it writes");

        var error = await Should.ThrowAsync<TriggerException>(() => app.Freshet.ReadAsync(Things.Writing, "a").AsTask());

        error.Code.ShouldBe("inside-loader");
        await action.CompleteAsync();
        action.Records.ShouldBeEmpty();
    }

    [Fact]
    public async Task ACallAfterTheActionEndedThrows()
    {
        await using var app = TestApp.Start();
        await using var action = app.Freshet.BeginUserAction("over");
        await action.CompleteAsync();

        Should.Throw<TriggerException>(() => app.Freshet.Raise(new ThingChanged("a"))).Code.ShouldBe("no-trigger");
        (await Should.ThrowAsync<TriggerException>(async () => await action.FlushAsync())).Code.ShouldBe("action-ended");
    }

    [Fact]
    public async Task AnEventWithANullKeyIsRefusedWholeAndNamesTheMember()
    {
        await using var app = TestApp.Start();
        await using var action = app.Freshet.BeginUserAction("bad");

        var error = Should.Throw<InvalidKeyException>(() => app.Freshet.Raise(new OwnerChanged(null)));

        (error.Declaration, error.Part, error.Fault).ShouldBe(("owner.changed", "OwnerId", KeyFault.Null));
        error.IsCallerFault.ShouldBeFalse("the write may be committed: no caller can mend that with another request");
        await action.CompleteAsync();
        action.Records.ShouldBeEmpty();
    }

    [Fact]
    public async Task AnEventNobodyDeclaresIsRefused()
    {
        await using var app = TestApp.Start();
        await using var action = app.Freshet.BeginUserAction("unknown");

        Should.Throw<UnknownDeclarationException>(() => app.Freshet.Raise("a text")).Kind.ShouldBe("event");
        await action.CompleteAsync();
    }

    [Fact]
    public async Task AnOperatorMustGiveAReasonAndItIsKept()
    {
        await using var app = TestApp.Start();
        Should.Throw<ArgumentException>(() => app.Freshet.BeginOperator("flush", "operator", " "));

        await using var action = app.Freshet.BeginOperator("flush", "operator", "prices were imported twice");
        app.Freshet.RevalidateTag(Things.Thing.For("a"), Expire.Now);
        await action.CompleteAsync();

        action.Records.Single().Cause.ShouldBe("prices were imported twice");
    }

    private static FreshetAction Begin(TestApp app, TriggerKind trigger) => trigger switch
    {
        TriggerKind.UserAction => app.Freshet.BeginUserAction("test"),
        TriggerKind.Webhook => app.Freshet.BeginWebhook("test"),
        TriggerKind.Job => app.Freshet.BeginJob("test"),
        _ => app.Freshet.BeginOperator("test", "operator", "a test"),
    };

    private static void Call(TestApp app, string call)
    {
        switch (call)
        {
            case "Raise": app.Freshet.Raise(new ThingChanged("a")); break;
            case "UpdateTag": app.Freshet.UpdateTag(Things.Thing.For("a")); break;
            case "RevalidateTag": app.Freshet.RevalidateTag(Things.Thing.For("a"), Profile.Hours); break;
            case "RevalidatePath": app.Freshet.RevalidatePath("/", PathScope.Page); break;
            default: app.Freshet.Refresh(); break;
        }
    }

    private static string Text(LogRecord record) => string.Join(", ", record.Invalidations.Select(invalidation => $"{invalidation.Tag} {invalidation.Kind}"));
}
