using System.Transactions;

namespace Freshet.Tests.Reading;

/// <summary>A load may begin on its reader's thread, and takes nothing of the reader's surroundings along.</summary>
public sealed class ReadersThreadTests
{
    private static readonly AsyncLocal<string?> _request = new();

    [Fact]
    public async Task ALoadThatEndsAtOnceRunsOnTheReadersThreadAndSeesNothingThatFlowsWithTheReader()
    {
        await using var app = TestApp.Start<Looking>();

        await Task.Run(async () => // on a thread without a synchronization context, as a server's are
        {
            _request.Value = "a request";
            var thread = Environment.CurrentManagedThreadId;
            var reading = app.Freshet.ReadAsync(Looking.Query, "a").AsTask();

            reading.IsCompletedSuccessfully.ShouldBeTrue();
            _request.Value.ShouldBe("a request");
            (await reading).ShouldBe(new Seen(thread, null, HasTransaction: false));
        });
    }

    [Fact]
    public async Task AReaderThatCanBeCancelledLendsNoThread()
    {
        await using var app = TestApp.Start<Looking>();
        using var cancellation = new CancellationTokenSource();

        var seen = await app.Freshet.ReadAsync(Looking.Query, "a", cancellation.Token);

        seen.Request.ShouldBeNull();
        ReadersThread.IsFreeFor(cancellation.Token).ShouldBeFalse();
    }

    [Fact]
    public async Task NorOneInATransactionThatHangsOnItsThread()
    {
        await using var app = TestApp.Start<Looking>();
        Task<Seen> read;
        using (new TransactionScope()) // does not flow with the call: on this thread alone
        {
            ReadersThread.IsFreeFor(CancellationToken.None).ShouldBeFalse();
            read = app.Freshet.ReadAsync(Looking.Query, "a").AsTask();
        }

        (await read).HasTransaction.ShouldBeFalse();
    }

    [Fact]
    public void NorOneOfAUserInterface()
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
        try
        {
            ReadersThread.IsFreeFor(CancellationToken.None).ShouldBeFalse();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    [Fact]
    public async Task NorOneOnASchedulerOfItsOwn() => (await Task.Factory.StartNew(
        () => ReadersThread.IsFreeFor(CancellationToken.None), CancellationToken.None, TaskCreationOptions.None, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler)).ShouldBeFalse();

    public sealed record Seen(int Thread, string? Request, bool HasTransaction);

    private sealed class Looking() : Catalog("looking-team")
    {
        public static readonly Tag<string> Thing = new("thing");
        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

        public static readonly CachedQuery<string, Seen> Query = new CachedQuery<string, Seen>("looking", RiskLevel.Low)
            .DependsOn(Thing, id => id)
            .LoadWith((_, _) => Task.FromResult(new Seen(Environment.CurrentManagedThreadId, _request.Value, Transaction.Current is not null)));
    }
}
