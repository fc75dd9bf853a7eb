using Microsoft.Extensions.Logging.Abstractions;

namespace Freshet.Sql.Tests.Outbox;

/// <summary>Asking the database what is committed, when it takes its time.</summary>
public sealed class LookUpTests : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(3);

    private readonly TestTimeProvider _time = new();
    private readonly SqliteOutboxDatabase _silent = new(() => new SilentConnection());

    public void Dispose() => _silent.Dispose();

    /// <summary>Not every driver hears that it is cancelled.</summary>
    [Fact]
    public async Task WhoAsksADatabaseThatDoesNotAnswerGivesUp()
    {
        var lookUps = new LookUps(_silent, _limit, _time);
        Task[] asking = [.. Enumerable.Range(0, 2).Select(_ => lookUps.CommittedAsync([Guid.NewGuid()], default).AsTask())]; // the second waits for its turn
        asking.ShouldAllBe(each => !each.IsCompleted);
        _time.Advance(_limit);

        foreach (var each in asking)
        {
            await Should.ThrowAsync<TimeoutException>(() => each.WaitAsync(TimeSpan.FromSeconds(30)));
            each.IsFaulted.ShouldBeTrue("it gave up by itself, not this test");
        }
    }

    [Fact]
    public async Task WhoAsksAfterAClaimGivesUpToo()
    {
        await using var outbox = new SqlOutbox(_silent, new SqlOutboxOptions { LookUpTimeout = _limit }, "app", _time, NullLogger<SqlOutbox>.Instance);
        var asking = outbox.IsClaimedAsync(new DeliveryClaim("payments", "evt_1"), default).AsTask();
        _time.Advance(_limit);

        await Should.ThrowAsync<TimeoutException>(() => asking.WaitAsync(TimeSpan.FromSeconds(30)));
        asking.IsFaulted.ShouldBeTrue();
    }
}
