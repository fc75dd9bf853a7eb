namespace Freshet.Tests.Races;

/// <summary>R8 and a screen: what was read while a write was on its way says that it does not know at which position it was so.</summary>
public sealed class HoldScreenTests
{
    private static readonly TimeSpan _lease = TimeSpan.FromMilliseconds(2_000);

    /// <summary>Both asked the source, one before the commit and one after it, at one position of the log: only that they say so tells them apart.</summary>
    [Fact]
    public async Task TwoReadsOnEitherSideOfACommitAreNotCoherentUntilItsRecordIsThere()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var hold = await app.HoldAsync("a");

        var during = await app.Time.PassAsync(app.Freshet.ReadScreenAsync(Things.Both, ReadWithCommitBetween(app)).AsTask());
        await app.ResolveAsync(hold);
        var after = await app.Freshet.ReadScreenAsync(Things.Both, ReadWithCommitBetween(app));

        during.IsCoherent.ShouldBeFalse();
        (after.Value, after.IsCoherent).ShouldBe(((after.Value.High, after.Value.High), true));
    }

    /// <summary>The first is a hit from before the hold, known valid up to the last record. The second reads what was committed since.</summary>
    [Fact]
    public async Task AHitFromBeforeTheHoldAndAReadFromAfterTheCommitAreNotCoherent()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        await app.ReadAsync(Things.High, "a");
        OpenHold? hold = null;

        var screen = await app.Time.PassAsync(app.Freshet.ReadScreenAsync(Things.Both, async ct =>
        {
            var high = (await app.Freshet.ReadAsync(Things.High, "a", ct)).Number;
            hold ??= await app.HoldAsync("a");
            app.Source["a"] = new Value(2); // the commit
            return (high, (await app.Freshet.ReadAsync(Things.Versioned, "a", ct)).Number);
        }).AsTask());

        screen.IsCoherent.ShouldBeFalse();
    }

    /// <summary>Three attempts would be over before the write is: it waits for its end, and asks the source no more than it has to.</summary>
    [Fact]
    public async Task AScreenWaitsForTheEndOfTheHoldBeforeItReadsAgain()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var hold = await app.HoldAsync("a");
        var read = app.Freshet.ReadScreenAsync(Things.Both, ReadWithCommitBetween(app)).AsTask();
        await app.Time.WhenTimerSetAsync(FreshetService.ScreenHoldWait);

        await app.ResolveAsync(hold); // no clock moves

        var screen = await read.WaitAsync(TimeSpan.FromSeconds(30));
        (screen.Value, screen.IsCoherent, screen.Attempts, app.Source.ReadsOf("a")).ShouldBe(((2, 2), true, 2, 4));
    }

    [Fact]
    public async Task AScreenWaitsForNoHoldThatDoesNotConcernIt()
    {
        await using var app = TestApp.Start();
        await app.HoldAsync("b");
        var writes = 1;

        var screen = await app.Freshet.ReadScreenAsync(Things.Both, async ct =>
        {
            var high = await app.Freshet.ReadAsync(Things.High, "a", ct);
            if (writes-- > 0) await app.WriteAsync("a", new Value(1));
            return (high, await app.Freshet.ReadAsync(Things.Versioned, "a", ct));
        }).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        (screen.IsCoherent, screen.Attempts).ShouldBe((true, 2));
    }

    [Fact]
    public async Task WhoLeavesWhileAScreenWaitsIsLetGo()
    {
        await using var app = TestApp.Start();
        await app.HoldAsync("a");
        using var leaving = new CancellationTokenSource();
        var read = app.Freshet.ReadScreenAsync(Things.Both, ReadWithCommitBetween(app), leaving.Token).AsTask();
        await app.Time.WhenTimerSetAsync(FreshetService.ScreenHoldWait);

        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => read.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    /// <summary>One value alone contradicts nothing, however often it is shown.</summary>
    [Fact]
    public async Task AScreenOfOneHighValueIsCoherentUnderAHold()
    {
        await using var app = TestApp.Start();
        await app.HoldAsync("a");

        var screen = await app.Freshet.ReadScreenAsync(Things.Both, async ct => await app.Freshet.ReadAsync(Things.High, "a", ct)).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        (screen.IsCoherent, screen.Attempts).ShouldBe((true, 1));
    }

    [Fact]
    public async Task ALoadFromBeforeTheHoldThatEndsUnderItIsNotSettled()
    {
        await using var app = TestApp.Start();
        var gate = app.Source.HoldNext("a");
        var load = AnswerAsync(app);
        await gate.Reached;
        await app.HoldAsync("a");
        gate.Open();

        var answer = await load;
        (answer.IsSettled, answer.LoadedAt.Position, answer.ValidAt).ShouldBe((false, 0, -1));
    }

    /// <summary>It may have read the write, whose record is at 2. "Valid at 1" it may never have been.</summary>
    [Fact]
    public async Task ALoadFromUnderTheHoldThatEndsAfterTheRecordIsNotSettled()
    {
        await using var app = TestApp.Start();
        var hold = await app.HoldAsync("a");
        var gate = app.Source.HoldNext("a");
        var load = AnswerAsync(app);
        await gate.Reached;
        await app.ResolveAsync(hold);
        gate.Open();

        var answer = await load;
        (answer.IsSettled, answer.LoadedAt.Position).ShouldBe((false, 1));
    }

    /// <summary>Nothing was committed, so whatever it read was so at every position since.</summary>
    [Fact]
    public async Task ALoadFromUnderTheHoldThatEndsAfterARollbackIsSettled()
    {
        await using var app = TestApp.Start();
        var hold = await app.HoldAsync("a");
        var gate = app.Source.HoldNext("a");
        var load = AnswerAsync(app);
        await gate.Reached;
        await app.ReleaseAsync(hold);
        gate.Open();

        var answer = await load;
        (answer.IsSettled, answer.LoadedAt.Position, answer.ValidAt).ShouldBe((true, 1, 2));
    }

    /// <summary>A write without a hold, appended while the load runs: whether it read before or after the commit nobody knows either.</summary>
    [Fact]
    public async Task ALoadThatIsBornOutdatedIsNotSettled()
    {
        await using var app = TestApp.Start();
        var gate = app.Source.HoldNext("a");
        var load = AnswerAsync(app);
        await gate.Reached;
        await app.WriteAsync("a", new Value(2));
        gate.Open();

        (await load).IsSettled.ShouldBeFalse();
    }

    [Fact]
    public async Task AReadWithinTheActionThatWritesIsNotSettled()
    {
        await using var app = TestApp.Start();
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new ThingChanged("a"));

        var answer = await AnswerAsync(app);
        (answer.Source, answer.IsSettled).ShouldBe((AnswerSource.Bypass, false));
    }

    [Fact]
    public async Task AReadWhoseTokenIsOutOfReachIsNotSettled()
    {
        await using var app = TestApp.Start();
        var future = new ReadRequirement(new ConsistencyToken(app.Freshet.Log.Position.Epoch, 99));

        (await app.Freshet.ReadAnswerAsync(Things.High, "a", future)).IsSettled.ShouldBeFalse();
    }

    /// <summary>No writer has waited for a node without a lease, so it may have read a commit whose hold it has not heard of.</summary>
    [Fact]
    public async Task ALoadThatEndsOnANodeWithoutALeaseIsNotSettled()
    {
        await using var nodes = new Log.Shared.Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        (await b.AnswerAsync(Things.High, "other")).IsSettled.ShouldBeTrue();
        b.Link.DropsBells = true;
        var gate = nodes.Source.HoldNext("1");
        var load = b.AnswerAsync(Things.High, "1");
        await gate.Reached;
        b.Link.IsCut = true;
        nodes.Server.Remove(nodes.Server.Leases); // as if they had run out: nobody waits for it
        await a.App.HoldAsync("1");
        b.App.Time.Advance(_lease);
        gate.Open();

        (await load).IsSettled.ShouldBeFalse();
    }

    [Fact]
    public async Task AnOutageReadIsNotSettled()
    {
        await using var nodes = new Log.Shared.Nodes();
        var b = nodes.Start("b");
        await b.ReadAsync(Things.High, "other");
        await b.CutAsync();
        b.App.Time.Advance(_lease);

        (await b.AnswerAsync(Things.High, "1")).IsSettled.ShouldBeFalse();
    }

    /// <summary>A read finds nothing; before it begins a load, another one lands, which read a commit that its node knew no hold of.</summary>
    [Fact]
    public async Task AHitOnWhatLandedInBetweenIsNotSettledWithoutALease()
    {
        await using var nodes = new Log.Shared.Nodes();
        var b = nodes.Start<Landings>("b");
        await b.Freshet.ReadAsync(Landings.High, new Landing("other"));
        b.Link.IsCut = true;
        var meanwhile = new Landing("1")
        {
            OnRead = () => Task.Run(async () =>
            {
                b.App.Time.Advance(_lease);
                await b.Freshet.ReadAsync(Landings.High, new Landing("1"));
            }).GetAwaiter().GetResult(),
        };

        var answer = await b.Freshet.ReadAnswerAsync(Landings.High, meanwhile);

        (answer.Source, answer.IsSettled).ShouldBe((AnswerSource.Cache, false));
    }

    [Fact]
    public async Task AScopeWithAPartThatIsNotSettledIsNotEither()
    {
        await using var app = TestApp.Start();
        await app.WriteAsync("b", new Value(1));
        await app.HoldAsync("a");
        using var scope = app.Freshet.BeginReadScope();

        await app.ReadAsync(Things.High, "a"); // loaded at 2
        await app.ReadAsync(Things.High, "b");

        var interval = scope.Interval.ShouldNotBeNull();
        (interval.LoadedAt, interval.ValidAt).ShouldBe((2, 1));
    }

    private static Task<Answer<Value>> AnswerAsync(TestApp app) =>
        app.Freshet.ReadAnswerAsync(Things.High, "a").AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    private static Func<CancellationToken, Task<(int High, int Versioned)>> ReadWithCommitBetween(TestApp app)
    {
        var commits = 0;
        return async ct =>
        {
            var high = (await app.Freshet.ReadAsync(Things.High, "a", ct)).Number;
            if (commits++ == 0 && app.HoldsOf() is not null) app.Source["a"] = new Value(2);
            return (high, (await app.Freshet.ReadAsync(Things.Versioned, "a", ct)).Number);
        };
    }
}

/// <summary>Arguments that do something when their key is read for the first time.</summary>
public sealed record Landing(string Name)
{
    private Action? _onRead;

    public Action? OnRead
    {
        init => _onRead = value;
    }

    public string Id
    {
        get
        {
            Interlocked.Exchange(ref _onRead, null)?.Invoke();
            return Name;
        }
    }

    public bool Equals(Landing? other) => Name == other?.Name;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}

/// <summary>Read by such arguments.</summary>
public sealed class Landings() : Catalog("landings-team")
{
    public static readonly Tag<string> Thing = new("thing");

    public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

    public static readonly CachedQuery<Landing, Value> High = new CachedQuery<Landing, Value>("landings-high", RiskLevel.High)
        .KeyedBy(landing => landing.Id)
        .DependsOn(Thing, landing => landing.Id)
        .LoadWith((Source source, Landing landing, CancellationToken ct) => source.ReadAsync(landing.Name, ct));
}
