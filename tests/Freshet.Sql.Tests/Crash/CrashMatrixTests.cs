using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Freshet.Redis.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Sql.Tests.Crash;

public sealed class PostgresCrashMatrixTests : CrashMatrixTests<PostgresTestDatabase>
{
    protected override LedgerDatabase Ledger => new(Postgres: true, Database.Source.ConnectionString);
}

public sealed class SqliteCrashMatrixTests : CrashMatrixTests<SqliteTestDatabase>
{
    protected override LedgerDatabase Ledger => new(Postgres: false, Database.ConnectionString);
}

/// <summary>A writing process is killed at every step, over a real Redis. Another node looks on and repairs.</summary>
/// <remarks><c>FRESHET_CRASH_ROUNDS=200</c> has each step killed so often; 10 times otherwise.</remarks>
public abstract class CrashMatrixTests<TDatabase> : IAsyncLifetime where TDatabase : TestDatabase, new()
{
    private static readonly int _rounds = int.Parse(Environment.GetEnvironmentVariable("FRESHET_CRASH_ROUNDS") ?? "10", CultureInfo.InvariantCulture);

    private RedisServer _redis = null!;
    private ServiceProvider _node = null!;

    protected TDatabase Database { get; } = new();

    protected abstract LedgerDatabase Ledger { get; }

    private IFreshet Freshet => _node.GetRequiredService<IFreshet>();

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        await Database.ExecuteAsync(LedgerDatabase.Schema);
        _redis = await RedisServer.StartAsync();
        _node = await Ledger.StartAsync(_redis.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _redis.DisposeAsync();
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task AWriterThatIsKilledAtAnyStepLosesNothingAndLeavesNothingOld()
    {
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(() => WatchAsync(stop.Token));
        var (committed, late, number) = (new List<long>(), new HashSet<long>(), 0L);
        var counts = new Dictionary<CrashStep, (int Killed, int Committed)>();
        var next = WriterProcess.StartAsync(Settings);
        try
        {
            foreach (var step in Enum.GetValues<CrashStep>())
            {
                for (var round = 0; round < _rounds; round++)
                {
                    await using var writer = await next;
                    next = WriterProcess.StartAsync(Settings); // starts while this one writes
                    var began = Stopwatch.GetTimestamp();
                    var isHeld = await writer.WriteAsync(++number, step);
                    if (!isHeld || Stopwatch.GetElapsedTime(began) > LedgerDatabase.HoldLimit) late.Add(number); // perhaps too late for its hold, so nothing is promised of it either
                    await writer.KillAsync();
                    var isCommitted = await Ledger.CommittedAsync(Crash.Ledger.Row) == number;
                    isCommitted.ShouldBe(step >= CrashStep.AfterCommit, $"{step}, round {round}");
                    if (isCommitted) committed.Add(number);
                    var (killed, done) = counts.GetValueOrDefault(step);
                    counts[step] = (killed + 1, done + (isCommitted ? 1 : 0));
                }
            }
        }
        finally
        {
            await (await next).DisposeAsync();
            await stop.CancelAsync();
        }
        var watched = await watching;

        var numbers = await NumbersAsync(until: number);
        // In any order: the relay appends what a killed writer left while the next writer appends its own.
        numbers.ShouldBe(committed, ignoreOrder: true, "no committed write without its record, none without a write, none twice");
        watched.Old.Where(read => !late.Contains(read.Committed)).ShouldBeEmpty("no high read was older than the last commit");
        await UntilAsync(async () => await Database.CountAsync("appended_at IS NULL") == 0);
        foreach (var (step, (killed, done)) in counts)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"crash matrix {typeof(TDatabase).Name}: {step}: killed {killed}, committed {done}, records {numbers.Count(each => (each - 1) / _rounds == (int)step)}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"crash matrix {typeof(TDatabase).Name}: high reads {watched.Reads}, from memory {watched.FromMemory}, older than the last commit {watched.Old.Count}; {late.Count} writers were not held, or took longer than a hold stands"));
    }

    /// <summary>S28: between commit and append. The relay of a node in another process appends it, and its readers see it.</summary>
    [Fact]
    public async Task S28_AProcessThatDiesBetweenCommitAndAppendIsRepairedByAnotherNode()
    {
        (await Freshet.ReadAsync(Crash.Ledger.Medium, Crash.Ledger.Row)).ShouldBe(0);
        (await Freshet.ReadAsync(Crash.Ledger.High, Crash.Ledger.Row)).ShouldBe(0);
        await using (var writer = await WriterProcess.StartAsync(Settings))
        {
            await writer.WriteAsync(1, CrashStep.AfterCommit);
            (await Freshet.ReadAsync(Crash.Ledger.High, Crash.Ledger.Row)).ShouldBe(1, "it is held");
            await writer.KillAsync();
        }

        (await Freshet.ReadAsync(Crash.Ledger.High, Crash.Ledger.Row)).ShouldBe(1);
        await UntilAsync(async () => await Freshet.ReadAsync(Crash.Ledger.Medium, Crash.Ledger.Row) == 1);
        await UntilAsync(async () => await Database.CountAsync("appended_at IS NULL") == 0);
        (await NumbersAsync(until: 1)).ShouldBe([1]);
    }

    private WriterSettings Settings => new(Ledger, _redis.ConnectionString);

    /// <summary>Reads as fast as it can, each time against what was committed before the read.</summary>
    private async Task<(long Reads, long FromMemory, IReadOnlyList<(long Committed, long Read)> Old)> WatchAsync(CancellationToken stopped)
    {
        var (reads, fromMemory, old) = (0L, 0L, new List<(long Committed, long Read)>());
        while (!stopped.IsCancellationRequested)
        {
            var committed = await Ledger.CommittedAsync(Crash.Ledger.Row, CancellationToken.None);
            var answer = await Freshet.ReadAnswerAsync(Crash.Ledger.High, Crash.Ledger.Row, cancellationToken: CancellationToken.None);
            reads++;
            if (answer.Source == AnswerSource.Cache) fromMemory++;
            if (answer.Value < committed) old.Add((committed, answer.Value));
            await Task.Delay(4, CancellationToken.None); // the machine is for the writers
        }
        return (reads, fromMemory, old);
    }

    /// <summary>The numbers that records tell of, once a write made for the purpose has come through.</summary>
    private async Task<List<long>> NumbersAsync(long until)
    {
        // Whatever was left is due by now, and comes before this one's record or together with it.
        await Task.Delay(LedgerDatabase.HoldLimit + TimeSpan.FromSeconds(0.5)); // and the grace of a row
        await using (var action = Freshet.BeginUserAction("last"))
        {
            await using (var connection = await Ledger.OpenAsync())
            {
                await using var transaction = await connection.BeginTransactionAsync();
                await LedgerDatabase.WriteAsync(transaction, Crash.Ledger.Row, until + 1);
                Freshet.Raise(new RowWritten(Crash.Ledger.Row, until + 1));
                await Freshet.SaveOutboxAsync(transaction);
                await transaction.CommitAsync();
            }
            await action.CompleteAsync();
        }
        await UntilAsync(async () => await Database.CountAsync("appended_at IS NULL") == 0);
        var (numbers, head) = (new List<long>(), Freshet.Log.Position.Position);
        await foreach (var record in Freshet.Log.FollowAsync(0))
        {
            if (record.Event == "row.written") numbers.Add(JsonDocument.Parse(record.EventData!).RootElement.GetProperty("number").GetInt64());
            if (record.Position == head) break;
        }
        numbers.Remove(until + 1).ShouldBeTrue();
        return numbers;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
        while (!await isSo())
        {
            if (watchdog.IsCompleted) throw new TimeoutException("It never came to be.");
            await Task.Delay(5);
        }
    }
}
