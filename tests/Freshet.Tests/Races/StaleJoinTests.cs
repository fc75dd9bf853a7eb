namespace Freshet.Tests.Races;

/// <summary>R2: a read joins a running load only if that load is not outdated for it. DESIGN 10: P6.</summary>
public sealed class StaleJoinTests
{
    [Fact]
    public async Task P6_AReadAfterTheInvalidationDoesNotJoinTheLoadFromBeforeIt()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var before = app.ReadAsync(Things.High, "a");
        await gate.Reached;
        await app.WriteAsync("a", new Value(2));

        var after = app.ReadAsync(Things.High, "a"); // the older load still runs
        gate.Open();

        (await after).ShouldBe(2);
        (await before).ShouldBe(1);
        (await app.ReadAsync(Things.High, "a")).ShouldBe(2, "the older load may not replace the newer result");
        app.Source.ReadsOf("a").ShouldBe(2);
    }

    [Fact]
    public async Task AReadJoinsALoadThatIsNotOutdated()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var first = app.ReadAsync(Things.High, "a");
        await gate.Reached;
        await app.WriteAsync("b", new Value(9)); // another tag

        var second = app.Freshet.ReadAnswerAsync(Things.High, "a").AsTask();
        gate.Open();

        (await first).ShouldBe(1);
        (await second).Source.ShouldBe(AnswerSource.JoinedLoad);
        app.Source.ReadsOf("a").ShouldBe(1);
    }

    [Fact]
    public async Task AJoinerOfALoadThatLearnsAnInvalidatedTagAtItsEndLoadsAgain()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var starter = app.ReadAsync(Things.Found, "a");
        await gate.Reached; // it will add owner-1, which it does not know yet
        app.Source["a"] = new Value(2);
        await using (var action = app.Freshet.BeginUserAction("change"))
        {
            app.Freshet.Raise(new OwnerChanged("owner-1"));
            await action.CompleteAsync();
        }

        var joiners = Enumerable.Range(0, 20).Select(_ => app.Freshet.ReadAnswerAsync(Things.Found, "a").AsTask()).ToList();
        gate.Open();

        (await starter).ShouldBe(1);
        foreach (var joiner in joiners) (await joiner).Value.Number.ShouldBe(2);
        app.Source.ReadsOf("a").ShouldBe(2, "those who were turned away share one new load");
    }

    [Fact]
    public async Task AReadWithATokenDoesNotJoinALoadFromBeforeTheToken()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        var before = app.ReadAsync(Things.High, "a");
        await gate.Reached;
        // The row changes together with something else whose tag alone was raised: only the token says that this read needs it.
        app.Source["a"] = new Value(2);
        var token = await app.WriteAsync("b", new Value(1));

        var after = app.Freshet.ReadAnswerAsync(Things.High, "a", new ReadRequirement(token)).AsTask();
        gate.Open();

        (await after).Value.Number.ShouldBe(2);
        await before;
    }
}
