using System.Transactions;

namespace Freshet.Sql.Tests.Outbox;

/// <summary>One question at a time, and whoever comes meanwhile shares the next one.</summary>
public sealed class SharedLookUpTests : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(3);

    private readonly TestTimeProvider _time = new();
    private readonly StubDatabase _database = new();
    private readonly List<IReadOnlyList<Guid>> _questions = []; // one at a time, so with no lock of their own
    private readonly Gate _first = new();
    private readonly LookUps _lookUps;

    public SharedLookUpTests()
    {
        _database.OnAsked = async (ids, cancellationToken) =>
        {
            _questions.Add(ids);
            if (_questions.Count == 1) await _first.PassAsync(cancellationToken);
            return ids.ToHashSet();
        };
        _lookUps = new LookUps(_database, _limit, _time);
    }

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task WhoeverComesWhileOneIsAskedSharesTheNext()
    {
        Task<IReadOnlySet<Guid>>[] asking = [AskAsync(1), AskAsync(2), AskAsync(3)];
        await _first.Reached;
        _questions.Count.ShouldBe(1);
        _first.Open();

        foreach (var (i, each) in asking.Index()) (await each).Count.ShouldBeGreaterThanOrEqualTo(i + 1);
        _questions.Select(ids => ids.Count).ShouldBe([1, 5]);
        await AskAsync(1);
        _questions.Count.ShouldBe(3, "after a pause it is asked anew");
    }

    [Fact]
    public async Task AQuestionHasNoMoreIdsThanAStatementTakes()
    {
        _first.Open();
        (await AskAsync(LookUps.MostIds + 1)).Count.ShouldBe(LookUps.MostIds + 1);
        _questions.Select(ids => ids.Count).ShouldBe([LookUps.MostIds, 1]);
    }

    /// <summary>Together they would be more: then the one who came later waits, and has an answer of its own.</summary>
    [Fact]
    public async Task WhatDoesNotFitIntoAQuestionWaitsForTheNext()
    {
        Task<IReadOnlySet<Guid>>[] asking = [AskAsync(1), AskAsync(300), AskAsync(300)];
        _first.Open();
        await Task.WhenAll(asking);

        (await asking[1]).Count.ShouldBe(300);
        _questions.Select(ids => ids.Count).ShouldBe([1, 300, 300]);
    }

    [Fact]
    public async Task ADatabaseThatIsTooSlowIsCancelledAndAskedAgain()
    {
        var slow = AskAsync(1);
        await _first.Reached;
        _time.Advance(_limit);

        await _first.Cancelled;
        await Should.ThrowAsync<Exception>(() => slow);
        (await AskAsync(1)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task WhoGivesUpIsKeptWaitingNoLonger()
    {
        using var gives = new CancellationTokenSource();
        var asking = _lookUps.CommittedAsync([Guid.NewGuid()], gives.Token).AsTask();
        await _first.Reached;

        await gives.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => asking.WaitAsync(TimeSpan.FromSeconds(30)));
        _first.Open();
    }

    [Fact]
    public async Task WhoTakesItsTimeAfterItsAnswerKeepsNobodyFromTheirs()
    {
        using var hasItsAnswer = new ManualResetEventSlim();
        var first = AskAsync(1);
        var slow = AskAsync(1).ContinueWith(_ => hasItsAnswer.Wait(TimeSpan.FromSeconds(30)), default, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var next = AskAsync(1).ContinueWith(_ => hasItsAnswer.Set(), default, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _first.Open();

        (await slow).ShouldBeTrue();
        await Task.WhenAll(first, next);
    }

    [Fact]
    public async Task WhatADatabaseThrowsIsToldToEverybodyWhoAskedAndTheNextIsAsked()
    {
        var answers = _database.OnAsked;
        _database.OnAsked = async (ids, cancellationToken) =>
        {
            await answers(ids, cancellationToken);
            throw new InvalidOperationException($"question {_questions.Count}");
        };
        Task<IReadOnlySet<Guid>>[] asking = [AskAsync(1), AskAsync(1), AskAsync(1)];
        _first.Open();
        foreach (var (i, each) in asking.Index()) (await Should.ThrowAsync<InvalidOperationException>(() => each)).Message.ShouldBe($"question {Math.Min(i + 1, 2)}");

        _database.OnAsked = answers;
        (await AskAsync(1)).Count.ShouldBe(1);
    }

    /// <summary>Who asks first goes on for others when it has its own answer: not with its request, nor in its transaction.</summary>
    [Fact]
    public async Task WhoAsksForOthersLendsThemNothingOfItsOwn()
    {
        var request = new AsyncLocal<string?> { Value = "whoever asked first" };
        var answers = _database.OnAsked;
        string? seen = "not told";
        _database.OnAsked = (ids, cancellationToken) =>
        {
            seen = request.Value;
            return answers(ids, cancellationToken);
        };
        var first = AskAsync(1);
        Task<IReadOnlySet<Guid>> second;
        using (ExecutionContext.SuppressFlow()) second = AskAsync(1);
        _first.Open();
        await Task.WhenAll(first, second);

        seen.ShouldBeNull();
    }

    /// <summary>The connection that asks stays open: it must not become part of what the caller is in.</summary>
    [Fact]
    public async Task NoQuestionIsAskedWithinATransactionOfTheCallers()
    {
        var answers = _database.OnAsked;
        var within = new List<Transaction?>();
        _database.OnAsked = (ids, cancellationToken) =>
        {
            within.Add(Transaction.Current);
            return answers(ids, cancellationToken);
        };
        _first.Open();
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled)) await AskAsync(1);

        within.ShouldBe([null]);
    }

    private Task<IReadOnlySet<Guid>> AskAsync(int ids) =>
        _lookUps.CommittedAsync([.. Enumerable.Range(0, ids).Select(_ => Guid.NewGuid())], default).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
}
