using System.Net;
using System.Text;
using Freshet.AspNetCore.Tests.Webhooks;
using Freshet.Sql;

namespace Freshet.AspNetCore.Tests.Databases;

public sealed class PostgresHookTests : HookTests<PostgresHookDatabase>;

public sealed class SqliteHookTests : HookTests<SqliteHookDatabase>;

/// <summary>Webhooks and operations over real HTTP, on a real database.</summary>
public abstract class HookTests<TDatabase> : IAsyncLifetime where TDatabase : HookDatabase, new()
{
    private static readonly OperationKind<Order, Paid> _settle = new("invoice-settle");

    private readonly TDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task S8_a_signed_delivery_is_written_claimed_and_recorded_in_one_transaction()
    {
        await using var app = await StartAsync(SettleAsync);

        (await DeliverAsync(app)).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await _database.InvoiceAsync()).ShouldBe("paid 2");
        (await _database.ReadAsync("SELECT source || '/' || delivery FROM freshet_claims")).ShouldBe("payments/evt_1");
        var record = await app.Freshet.Log.FollowAsync(0).FirstAsync(each => each.Holds is null);
        (record.Trigger, record.Action, record.Event).ShouldBe((TriggerKind.Webhook, "POST /webhooks/payments payment.succeeded", "invoice.paid"));
        record.Invalidations.Select(each => (each.Tag.Text, each.Kind)).ShouldBe([("invoice:inv_1", InvalidationKind.MarkStale), ("account:acc_88", InvalidationKind.MarkStale)]);
    }

    [Fact]
    public async Task S9_the_same_delivery_again_and_eight_times_at_once_is_one_write_and_one_record()
    {
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arrived = 0;
        await using var app = await StartAsync(async (message, freshet) =>
        {
            if (Interlocked.Increment(ref arrived) == 8) all.SetResult(); // none has found the claim of another
            await all.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await SettleAsync(message, freshet);
        });

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => DeliverAsync(app)));
        var again = await DeliverAsync(app);

        answers.Select(answer => answer.StatusCode).ShouldAllBe(status => status == HttpStatusCode.OK);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        arrived.ShouldBe(8);
        (await _database.InvoiceAsync()).ShouldBe("paid 2");
        (await EventsAsync(app)).ShouldBe(["invoice.paid"]);
        (await _database.ReadAsync("SELECT count(*) FROM freshet_outbox")).ShouldBe("1");
    }

    [Fact]
    public async Task S10_a_webhook_that_calls_UpdateTag_leaves_neither_a_write_nor_a_claim_nor_a_record()
    {
        await using var app = await StartAsync(async (message, freshet) =>
        {
            await using var connection = await _database.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await HookDatabase.PayAsync(transaction, message.InvoiceId);
            freshet.Raise(new InvoicePaid(message.InvoiceId, "acc_88"));
            await freshet.SaveOutboxAsync(transaction);
            freshet.UpdateTag(Desk.Account.For("acc_88"));
            await transaction.CommitAsync();
        });

        var answer = await DeliverAsync(app);

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        app.Log.All.ShouldContain(line => line.Id == 2001 && line.Text.Contains("Use RevalidateTag(tag, profile)"));
        (await _database.InvoiceAsync()).ShouldBe("open 1");
        (await _database.ReadAsync("SELECT count(*) FROM freshet_claims")).ShouldBe("0");
        (await EventsAsync(app)).ShouldBeEmpty();
    }

    [Fact]
    public async Task S22_an_operation_is_accepted_worked_off_and_told_of_with_its_events()
    {
        await using var app = await StartAsync(SettleAsync);
        var accepted = await app.Client.WriteAsync("/invoices/inv_1/settle");
        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var location = accepted.Headers.Location!.ToString();

        var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
        var answer = await app.Client.ReadAsync(location);
        while (answer.StatusCode == HttpStatusCode.Accepted && !watchdog.IsCompleted)
        {
            (await answer.JsonAsync())["freshness_events"]!.AsArray().ShouldBeEmpty();
            await Task.Delay(20); // the worker looks when it looks
            answer = await app.Client.ReadAsync(location);
        }

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var json = await answer.JsonAsync();
        (json["status"]!.GetValue<string>(), json["data"]!.ToJsonString()).ShouldBe(("completed", """{"invoiceId":"inv_1"}"""));
        json["freshness_events"]!.ToJsonString().ShouldBe("""[{"type":"invoice.paid","invoiceId":"inv_1","accountId":"acc_88"}]""");
        json["freshness_token"]!.GetValue<string>().ShouldBe(answer.Header(FreshnessHeaders.Token));
        (await _database.InvoiceAsync()).ShouldBe("paid 2");
    }

    private async Task SettleAsync(PaymentMessage message, IFreshet freshet)
    {
        await using var connection = await _database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await HookDatabase.PayAsync(transaction, message.InvoiceId);
        freshet.Raise(new InvoicePaid(message.InvoiceId, "acc_88"));
        await freshet.SaveOutboxAsync(transaction);
        await transaction.CommitAsync();
    }

    private Task<TestApp> StartAsync(Func<PaymentMessage, IFreshet, Task> settle) => TestApp.StartAsync(
        app =>
        {
            app.MapWebhook("/webhooks/payments", "payments", options => options.Secrets.Add(PaymentApp.Secret))
                .On("payment.succeeded", (PaymentMessage message, IFreshet freshet) => settle(message, freshet)).Raises<InvoicePaid>();
            app.MapPost("/invoices/{id}/settle", async (string id, IOperations operations) =>
            {
                await using var connection = await _database.OpenAsync();
                await using var transaction = await connection.BeginTransactionAsync();
                var operation = await operations.AcceptAsync(transaction, _settle, new Order(id));
                await transaction.CommitAsync();
                return operation.Accepted();
            }).UserAction();
            app.MapOperations();
        },
        builder =>
        {
            var freshet = builder.Services.AddFreshet();
            _database.AddOutbox(freshet);
            freshet.RunOperation(_settle, async (IFreshet application, OperationRun<Order, Paid> run, CancellationToken ct) =>
            {
                await using var connection = await _database.OpenAsync();
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await HookDatabase.PayAsync(transaction, run.Input.InvoiceId);
                application.Raise(new InvoicePaid(run.Input.InvoiceId, "acc_88"));
                await run.CompleteAsync(transaction, new Paid(run.Input.InvoiceId), ct);
                await transaction.CommitAsync(ct);
            });
        });

    private static async Task<List<string>> EventsAsync(TestApp app)
    {
        var events = new List<string>();
        if (app.Position == 0) return events;
        await foreach (var record in app.Freshet.Log.FollowAsync(0))
        {
            if (record.Event is not null && record.Holds is null) events.Add(record.Event);
            if (record.Position == app.Position) break;
        }
        return events;
    }

    private static async Task<HttpResponseMessage> DeliverAsync(TestApp app)
    {
        var body = Encoding.UTF8.GetBytes(PaymentApp.Message());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/payments") { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Headers.Add("Webhook-Signature", WebhookSignature.Sign(body, DateTimeOffset.UtcNow, PaymentApp.Secret));
        return await app.Client.SendAsync(request);
    }

    private sealed record Order(string InvoiceId);

    private sealed record Paid(string InvoiceId);
}
