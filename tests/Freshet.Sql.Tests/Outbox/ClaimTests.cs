namespace Freshet.Sql.Tests.Outbox;

public sealed class PostgresClaimTests : ClaimTests<PostgresTestDatabase>;

public sealed class SqliteClaimTests : ClaimTests<SqliteTestDatabase>;

/// <summary>S9: a delivery is worked off once, because its claim commits with its work.</summary>
public abstract class ClaimTests<TDatabase> : OutboxTest<TDatabase> where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task S9_ASecondDeliveryIsRefusedOnceTheFirstIsCommitted()
    {
        var app = Start();
        await DeliverAsync(app, "evt_1", "a");

        var duplicate = await Should.ThrowAsync<DuplicateDeliveryException>(() => DeliverAsync(app, "evt_1", "a"));

        (duplicate.DeliverySource, duplicate.Delivery).ShouldBe(("payments", "evt_1"));
        await DeliverAsync(app, "evt_2", "b");
        (await Database.CountAsync()).ShouldBe(2);
        (await RecordsAsync(app)).Select(TagOf).ShouldBe(["thing:a", "thing:b"]);
        (await OutboxOf(app).IsClaimedAsync(new DeliveryClaim("payments", "evt_1"), default)).ShouldBeTrue();
        (await OutboxOf(app).IsClaimedAsync(new DeliveryClaim("payments", "evt_3"), default)).ShouldBeFalse();
        (await OutboxOf(app).IsClaimedAsync(new DeliveryClaim("other", "evt_1"), default)).ShouldBeFalse();
    }

    [Fact]
    public async Task S9_OfDeliveriesAtOnceOneDoesTheWork()
    {
        var app = Start();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            try
            {
                await DeliverAsync(app, "evt_1", "a");
                return true;
            }
            catch (DuplicateDeliveryException)
            {
                return false;
            }
        })));

        outcomes.Count(done => done).ShouldBe(1);
        (await Database.CountAsync(), app.Freshet.Log.Position.Position).ShouldBe((1, 1));
    }

    [Fact]
    public async Task AClaimThatIsRolledBackIsFreeAgainAndTheActionsOwnIsNoDuplicate()
    {
        var app = Start();
        await DeliverAsync(app, "evt_1", "a", commit: false);
        (await OutboxOf(app).IsClaimedAsync(new DeliveryClaim("payments", "evt_1"), default)).ShouldBeFalse();
        await Database.ExecuteAsync("""
            INSERT INTO freshet_claims (source, delivery, claim)
            VALUES ('other', 'evt_1', 'a3bb189e-8bf9-3888-9912-ace4e6543002'), ('payments', 'evt_0', 'a3bb189e-8bf9-3888-9912-ace4e6543002')
            """); // others', found before it

        await using var action = app.Freshet.BeginWebhook("provider");
        action.Claim = new DeliveryClaim("payments", "evt_1");
        for (var i = 0; i < 2; i++) await WorkAsync(app, "a", commit: true);
        await action.CompleteAsync();

        (await Database.CountAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task AHandlerThatRaisesNothingClaimsAllTheSame()
    {
        var app = Start();
        await using var action = app.Freshet.BeginWebhook("provider");
        action.Claim = new DeliveryClaim("payments", "evt_1");
        await using (var connection = await Database.OpenAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await app.Freshet.SaveOutboxAsync(transaction);
            await transaction.CommitAsync();
        }
        await action.CompleteAsync();

        (await OutboxOf(app).IsClaimedAsync(new DeliveryClaim("payments", "evt_1"), default)).ShouldBeTrue();
    }

    private async Task DeliverAsync(TestApp app, string delivery, string id, bool commit = true)
    {
        await using var action = app.Freshet.BeginWebhook("provider");
        action.Claim = new DeliveryClaim("payments", delivery);
        await WorkAsync(app, id, commit);
        await action.CompleteAsync();
    }

    private async Task WorkAsync(TestApp app, string id, bool commit)
    {
        await using var connection = await Database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await TestDatabase.WriteAsync(transaction, id, 1);
        app.Freshet.Raise(new ThingChanged(id));
        await app.Freshet.SaveOutboxAsync(transaction);
        if (commit) await transaction.CommitAsync();
    }
}
