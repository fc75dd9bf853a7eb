namespace Freshet.Tests.Reading;

/// <summary>Actions, scopes and loads around a call: each belongs to one application, counts while it lasts, and not a moment longer.</summary>
public sealed class AmbientTests
{
    [Fact]
    public async Task AnActionOfOneApplicationIsNoneOfAnother()
    {
        await using var first = TestApp.Start();
        await using var second = TestApp.Start();
        await using var action = first.Freshet.BeginUserAction("first");

        Should.Throw<TriggerException>(() => second.Freshet.Raise(new ThingChanged("a"))).Code.ShouldBe("no-trigger");

        second.Freshet.CurrentAction.ShouldBeNull();
        await action.CompleteAsync();
        action.Records.ShouldBeEmpty();
    }

    [Fact]
    public async Task AReadInAnInnerActionSeesWhatTheOuterHasTouched()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.High, "a");
        await using var outer = app.Freshet.BeginUserAction("outer");
        app.Source["a"] = new Value(2);
        app.Freshet.Raise(new ThingChanged("a"));

        await using (var inner = app.Freshet.BeginJob("inner"))
        {
            var answer = await app.Freshet.ReadAnswerAsync(Things.High, "a");
            (answer.Source, answer.Value.Number).ShouldBe((AnswerSource.Bypass, 2));
            await inner.CompleteAsync();
        }
        await outer.CompleteAsync();
    }

    [Fact]
    public async Task AnOuterScopeKnowsWhatAnInnerOneRead()
    {
        await using var app = TestApp.Start();
        using var outer = app.Freshet.BeginReadScope();
        using (app.Freshet.BeginReadScope()) await app.ReadAsync(Things.High, "a");

        outer.Tags.ShouldBe([Things.Thing.For("a")]);
    }

    [Fact]
    public async Task AnInnerScopeAndAReadsOwnRequirementKeepTheTokenAroundThem()
    {
        await using var app = TestApp.Start();
        var future = new ConsistencyToken(app.Freshet.Log.Position.Epoch, 99);
        using var outer = app.Freshet.BeginReadScope(new ReadRequirement(future));
        using var inner = app.Freshet.BeginReadScope();

        await app.ReadAsync(Things.High, "a");
        inner.Satisfied.ShouldBeFalse();
        (await app.Freshet.ReadAnswerAsync(Things.High, "a", new ReadRequirement(MinimumVersion: 1))).Satisfied.ShouldBeFalse();
    }

    [Fact]
    public async Task AScopeClosedBeforeAnActionWithinStaysClosed()
    {
        await using var app = TestApp.Start();
        var scope = app.Freshet.BeginReadScope(new ReadRequirement(MinimumVersion: 99));
        var action = app.Freshet.BeginUserAction("longer");
        scope.Dispose();
        await action.CompleteAsync();

        (await app.Freshet.ReadAnswerAsync(Things.Versioned, "a")).Satisfied.ShouldBeTrue();
        scope.Tags.ShouldBeEmpty();
    }

    [Fact]
    public async Task WorkThatOutlivesItsRequestIsNotHeldToItsRequirementAndDoesNotGrowIt()
    {
        await using var app = TestApp.Start();
        var closed = new Gate();
        Task<Answer<Value>> work;
        ReadScope scope;
        using (scope = app.Freshet.BeginReadScope(new ReadRequirement(MinimumVersion: 99)))
        {
            work = Task.Run(async () =>
            {
                await closed.PassAsync();
                return await app.Freshet.ReadAnswerAsync(Things.Versioned, "a");
            });
            await closed.Reached;
        }
        closed.Open();

        (await work).Satisfied.ShouldBeTrue();
        scope.Tags.ShouldBeEmpty();
    }

    [Fact]
    public async Task AnActionCompletedByAHelperGivesTheOuterOneBack()
    {
        await using var app = TestApp.Start();
        await using var outer = app.Freshet.BeginUserAction("outer");
        var inner = app.Freshet.BeginJob("inner");
        await CompleteElsewhereAsync(inner);

        app.Freshet.CurrentAction.ShouldBe(outer);
        app.Freshet.Raise(new ThingChanged("a"));
        await outer.CompleteAsync();
        outer.Records.Count.ShouldBe(1);

        static async Task CompleteElsewhereAsync(FreshetAction action)
        {
            await Task.Yield();
            await action.CompleteAsync();
        }
    }

    [Fact]
    public async Task WorkStartedByALoaderMayWriteOnceTheLoadIsOver()
    {
        await using var app = TestApp.Start<Starting>();
        await app.Freshet.ReadAsync(Starting.StartsWork, "a");
        Starting.Loaded.Open();

        await Starting.Work!;

        app.Freshet.Log.Position.Position.ShouldBe(1);
    }

    [Fact]
    public async Task AfterAnActionEndedACallSaysSo()
    {
        await using var app = TestApp.Start();
        await using var action = app.Freshet.BeginUserAction("over");
        await CompleteElsewhereAsync(action);

        Should.Throw<TriggerException>(() => app.Freshet.Raise(new ThingChanged("a"))).Code.ShouldBe("action-ended");

        static async Task CompleteElsewhereAsync(FreshetAction ended)
        {
            await Task.Yield();
            await ended.CompleteAsync();
        }
    }

    private sealed class Starting() : Catalog("starting-team")
    {
        public static readonly Gate Loaded = new();
        public static readonly Tag<string> Thing = new("thing");
        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

        public static readonly CachedQuery<string, Value> StartsWork = new CachedQuery<string, Value>("starts-work", RiskLevel.Low)
            .DependsOn(Thing, id => id)
            .LoadWith((IFreshet freshet, string id, CancellationToken _) =>
            {
                Work = Task.Run(async () =>
                {
                    await Loaded.PassAsync();
                    await using var job = freshet.BeginJob("later");
                    freshet.Raise(new ThingChanged("z"));
                    await job.CompleteAsync();
                });
                return Task.FromResult(new Value(1));
            });

        public static Task? Work { get; private set; }
    }
}
