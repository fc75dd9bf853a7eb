namespace Freshet.EntityFrameworkCore.Tests;

/// <summary>The claim of a webhook's delivery rides in the save that does its work.</summary>
public sealed class ClaimTests
{
    [Theory]
    [InlineData("save")]
    [InlineData("transaction")]
    [InlineData("statement")]
    public async Task TheSecondDeliveryDoesNothing(string way)
    {
        await using var app = await DeskApp.StartAsync();
        await DeliverAsync(app, way);
        (await app.QueryAsync("SELECT source || ' ' || delivery FROM freshet_claims")).ShouldBe(["payments evt_1"]);

        var duplicate = await Should.ThrowAsync<DuplicateDeliveryException>(() => DeliverAsync(app, way));
        (duplicate.DeliverySource, duplicate.Delivery).ShouldBe(("payments", "evt_1"));
        (await app.QueryAsync("""SELECT "Paid" FROM "Invoices" """)).ShouldBe(["1"]);
        (await app.RowsAsync()).ShouldBe(["inv_0"]);
        (await app.SentAsync()).ShouldBe(["inv_0"]);
    }

    [Fact]
    public async Task TwoDeliveriesAtOnceDoTheWorkOnce()
    {
        await using var app = await DeskApp.StartAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            try
            {
                await DeliverAsync(app, "save");
                return "worked off";
            }
            catch (DuplicateDeliveryException)
            {
                return "duplicate";
            }
        }));
        outcomes.Order().ShouldBe(["duplicate", "duplicate", "duplicate", "worked off"]);
        (await app.QueryAsync("""SELECT "Paid" FROM "Invoices" """)).ShouldBe(["1"]);
        (await app.SentAsync()).ShouldBe(["inv_0"]);
    }

    [Fact]
    public async Task ADeliveryWhoseWorkIsRolledBackIsNotClaimed()
    {
        await using var app = await DeskApp.StartAsync();
        await using (var webhook = Begin(app))
        await using (var lease = app.Lease())
        await using (await lease.Context.Database.BeginTransactionAsync())
        {
            lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
            await lease.Context.SaveChangesAsync();
        }
        (await app.QueryAsync("SELECT delivery FROM freshet_claims")).ShouldBeEmpty();
        await DeliverAsync(app, "save");
        (await app.SentAsync()).ShouldBe(["inv_0"]);
    }

    [Fact]
    public async Task ADeliveryWhoseHandlerRaisesNothingIsClaimedWithItsWrite()
    {
        await using var app = await DeskApp.StartAsync();
        await using var webhook = Begin(app);
        await using var lease = app.Lease();
        lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
        await lease.Context.SaveChangesAsync();
        (await app.QueryAsync("SELECT delivery FROM freshet_claims")).ShouldBe(["evt_1"]);
        await webhook.CompleteAsync();
    }

    [Fact]
    public async Task ASaveThatFailsAndIsTriedAgainClaimsOnce()
    {
        await using var app = await DeskApp.StartAsync();
        await using var webhook = Begin(app);
        await using var lease = app.Lease();
        var wrong = lease.Context.Invoices.Add(new Invoice { Id = "inv_0" });
        await Should.ThrowAsync<DbUpdateException>(() => lease.Context.SaveChangesAsync());
        wrong.State = EntityState.Detached;
        lease.Context.Invoices.Add(new Invoice { Id = "inv_1" });
        await lease.Context.SaveChangesAsync();
        (await app.QueryAsync("SELECT delivery FROM freshet_claims")).ShouldBe(["evt_1"]);
        await webhook.CompleteAsync();
    }

    private static FreshetAction Begin(DeskApp app)
    {
        var webhook = app.Freshet.BeginWebhook("payments");
        webhook.Claim = new DeliveryClaim("payments", "evt_1");
        return webhook;
    }

    private static async Task DeliverAsync(DeskApp app, string way)
    {
        await using var webhook = Begin(app);
        await using var lease = app.Lease();
        await using var transaction = way == "transaction" ? await lease.Context.Database.BeginTransactionAsync() : null;
        app.Raise("inv_0");
        if (way == "statement")
        {
            await lease.Context.Invoices.ExecuteUpdateAsync(set => set.SetProperty(invoice => invoice.Paid, invoice => invoice.Paid + 1));
        }
        else
        {
            (await lease.Context.Invoices.SingleAsync()).Paid++;
            await lease.Context.SaveChangesAsync();
        }
        if (transaction is not null) await transaction.CommitAsync();
        await webhook.CompleteAsync();
    }
}
