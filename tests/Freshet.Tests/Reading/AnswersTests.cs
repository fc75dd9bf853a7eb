using Freshet.Tests.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Reading;

/// <summary>Those who wait for a load: told once, whether they come before its end or after, and none held by another.</summary>
public sealed class AnswersTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhoComesBeforeTheEndAndWhoComesAfterAreToldTheSame(bool isStarter)
    {
        var flight = new Waited();
        var before = flight.Answers.WaitAsync(isStarter);
        flight.Answers.TryGet(out _).ShouldBeFalse();
        before.IsCompleted.ShouldBeFalse();

        flight.Answers.Give(Waited.Value(validAt: 7));
        flight.Answers.TellStarter();

        (await before.WaitAsync(_patience)).ShouldBe(await flight.Answers.WaitAsync(isStarter).WaitAsync(_patience));
        flight.Answers.TryGet(out var landed).ShouldBeTrue();
        landed.ValidAt.ShouldBe(7);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhoIsTheFirstToWaitAfterTheEndIsToldAtOnce(bool isStarter)
    {
        var flight = new Waited();
        flight.Answers.Give(Waited.Value(validAt: 7));

        var after = flight.Answers.WaitAsync(isStarter);

        after.IsCompletedSuccessfully.ShouldBeTrue();
        (await after).ValidAt.ShouldBe(7);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AFailureIsToldToThoseBeforeAndAfterAndIsNoValue(bool isStarter)
    {
        var flight = new Waited();
        var before = flight.Answers.WaitAsync(isStarter);
        var error = new TimeoutException("the database is away");

        flight.Answers.Give(error);
        flight.Answers.TellStarter();

        (await Should.ThrowAsync<TimeoutException>(before.WaitAsync(_patience))).ShouldBeSameAs(error);
        (await Should.ThrowAsync<TimeoutException>(flight.Answers.WaitAsync(isStarter).WaitAsync(_patience))).ShouldBeSameAs(error);
        flight.Answers.TryGet(out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AFailureThatNobodyStaysForIsNoUnobservedOne(bool isStarter)
    {
        var error = new TimeoutException("the database is away");
        var isUnobserved = false;
        EventHandler<UnobservedTaskExceptionEventArgs> told = (_, failure) => isUnobserved |= failure.Exception.InnerExceptions.Contains(error);
        TaskScheduler.UnobservedTaskException += told;
        try
        {
            Fail(isStarter, error);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= told;
        }

        isUnobserved.ShouldBeFalse("whether it is logged is decided elsewhere");
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Fail(bool isStarter, Exception error)
    {
        var flight = new Waited();
        _ = flight.Answers.WaitAsync(isStarter);
        flight.Answers.Give(error);
        flight.Answers.TellStarter();
    }

    [Fact]
    public async Task AReaderThatUsesItsAnswerForLongHoldsNobodyWhoWaitsForTheSameLoad()
    {
        await using var app = TestApp.Start();
        app.Source["a"] = new Value(1);
        var gate = app.Source.HoldNext("a");
        using var answered = new CountdownEvent(3);
        var starter = ReadAndHoldTheThreadAsync();
        await gate.Reached;
        Task<bool>[] readers = [starter, ReadAndHoldTheThreadAsync(), ReadAndHoldTheThreadAsync()]; // each has joined when it returns here
        gate.Open();

        (await Task.WhenAll(readers)).ShouldAllBe(allAnswered => allAnswered);

        // Holds the thread it is answered on until everyone is answered: were two of them told on one thread, the second never would be.
        async Task<bool> ReadAndHoldTheThreadAsync()
        {
            await app.Freshet.ReadAsync(Things.High, "a").ConfigureAwait(false);
            answered.Signal();
            return answered.Wait(_patience);
        }
    }

    [Fact]
    public async Task NorDoesItHoldUpTheComparisonWithWhatTheLoadReplaced()
    {
        await using var app = TestApp.Start<Compared>(builder => builder.Services.AddMetrics());
        using var meter = new MeterReader(app);
        await app.Freshet.ReadAsync(Compared.Query, "a");
        await app.WriteAsync("a", new Value(2));
        var gate = app.Source.HoldNext("a");
        var reader = ReadAndHoldTheThreadAsync();
        await gate.Reached;

        gate.Open();

        (await reader).ShouldBeTrue();

        async Task<bool> ReadAndHoldTheThreadAsync()
        {
            var value = await app.Freshet.ReadAsync(Compared.Query, "a").ConfigureAwait(false);
            return value.WasCompared.Wait(_patience);
        }
    }

    [Fact]
    public async Task NorTheNextLoadWhoseTimeIsUpAtTheSameMoment()
    {
        await using var app = TestApp.Start();
        using var told = new CountdownEvent(2);
        var (first, second) = (app.Source.HoldNext("a"), app.Source.HoldNext("b"));
        Task<bool>[] readers = [ReadAndHoldTheThreadAsync("a"), ReadAndHoldTheThreadAsync("b")];
        await Task.WhenAll(first.Reached, second.Reached);

        app.Time.Advance(TimeSpan.FromHours(1));

        (await Task.WhenAll(readers)).ShouldAllBe(bothTold => bothTold);
        first.Open();
        second.Open();

        async Task<bool> ReadAndHoldTheThreadAsync(string id)
        {
            try
            {
                await app.Freshet.ReadAsync(Things.High, id).ConfigureAwait(false);
            }
            catch (LoadTimeoutException)
            {
                told.Signal();
            }
            return told.Wait(_patience);
        }
    }

    private sealed class Compared() : Catalog("compared-team")
    {
        public static readonly Tag<string> Thing = new("thing");
        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

        public static readonly CachedQuery<string, Told> Query = new CachedQuery<string, Told>("compared", RiskLevel.High)
            .DependsOn(Thing, id => id)
            .LoadWith(async (Source source, string id, CancellationToken ct) => new Told(await source.ReadAsync(id, ct)));
    }

    /// <summary>Tells when it was compared with the value before it.</summary>
    private sealed class Told(Value value) : IEquatable<Told>
    {
        public ManualResetEventSlim WasCompared { get; } = new();

        private Value Value => value;

        public bool Equals(Told? other)
        {
            other?.WasCompared.Set();
            return other?.Value == value;
        }

        public override bool Equals(object? obj) => Equals(obj as Told);

        public override int GetHashCode() => value.GetHashCode();
    }

    private sealed class Waited
    {
        public Answers<Value> Answers;

        public static Landed<Value> Value(long validAt)
        {
            var epoch = Epoch.Create();
            var applied = new AppliedPosition(new LogPosition(epoch, 1), new MarkTable(epoch, forgottenUpTo: 0), sequence: 1);
            return new Landed<Value>(new Entry<string, Value>("a", new Value(1), applied, [], 0, 100, version: null, isCacheable: true), validAt);
        }
    }
}
