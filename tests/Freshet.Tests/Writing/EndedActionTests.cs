namespace Freshet.Tests.Writing;

/// <summary>Whoever still holds an action when it has ended is told so: what it did would reach nobody.</summary>
public sealed class EndedActionTests
{
    public static TheoryData<string> Calls => ["complete", "flush", "refresh", "record", "write through"];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task NothingMoreCanBeDoneInIt(string call)
    {
        await using var app = TestApp.Start();
        var action = app.Freshet.BeginUserAction("over");
        await action.CompleteAsync();

        var told = await Should.ThrowAsync<TriggerException>(() => DoAsync(action, call));

        (told.Code, action.RefreshRequested, app.Freshet.Log.Position.Position).ShouldBe(("action-ended", false, 0));
    }

    [Fact]
    public async Task DisposingItAgainChangesNothing()
    {
        await using var app = TestApp.Start();
        var action = app.Freshet.BeginUserAction("over");
        app.Freshet.Raise(new ThingChanged("a"));
        await action.CompleteAsync();
        await using var next = app.Freshet.BeginUserAction("next");

        await action.DisposeAsync();

        (action.Records.Count, app.Freshet.CurrentAction).ShouldBe((1, next));
    }

    [Fact]
    public async Task AFlushThatIsCancelledBeforeItBeginsLeavesEverythingToTheNext()
    {
        await using var app = TestApp.Start();
        await using var job = app.Freshet.BeginJob("import");
        app.Freshet.Raise(new ThingChanged("a"));

        await Should.ThrowAsync<OperationCanceledException>(async () => await job.FlushAsync(new CancellationToken(canceled: true)));

        app.Freshet.Log.Position.Position.ShouldBe(0);
        (await job.FlushAsync())!.Value.Position.ShouldBe(1);
    }

    private static Task DoAsync(FreshetAction action, string call)
    {
        switch (call)
        {
            case "complete": return action.CompleteAsync().AsTask();
            case "flush": return action.FlushAsync().AsTask();
            case "refresh": action.RequestRefresh(); break;
            case "record": action.Record(new RecordDraft(RecordId.Next(), "Raise", null, null, [])); break;
            default: action.Record(new Unwritten()); break;
        }
        return Task.CompletedTask;
    }

    private sealed class Unwritten : IWriteThrough
    {
        public string Query => "none";

        public void Store(WrittenAt written)
        {
        }
    }
}
