using System.Net;
using Freshet.Tests;

namespace Freshet.AspNetCore.Tests.Webhooks;

/// <summary>A delivery that is believed: worked off once, whatever happens.</summary>
public sealed class DeliveryTests
{
    [Fact]
    public async Task S8_a_providers_webhook_marks_an_invoice_paid()
    {
        await using var app = await PaymentApp.StartAsync();
        await app.App.Freshet.ReadAsync(Desk.Invoice, "inv_1");
        var loads = app.App.Ledger.Reads;

        var answer = await app.DeliverAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        app.Database.Claims.ShouldBe(["payments/evt_1"]);
        app.App.Ledger["inv_1"].Status.ShouldBe("paid");
        var record = (await app.RecordsAsync()).ShouldHaveSingleItem();
        record.Trigger.ShouldBe(TriggerKind.Webhook);
        record.Action.ShouldBe("POST /webhooks/payments payment.succeeded");
        record.Actor.ShouldBe("payments");
        record.Event.ShouldBe("invoice.paid");
        record.Invalidations.Select(each => (each.Tag.Text, each.Kind)).ShouldBe([("invoice:inv_1", InvalidationKind.MarkStale), ("account:acc_88", InvalidationKind.MarkStale)]);
        app.App.Ledger.Reads.ShouldBe(loads); // nothing is loaded before somebody reads
        (await app.App.Freshet.ReadAsync(Desk.Invoice, "inv_1")).Status.ShouldBe("paid"); // high: never the old one
        app.Database.Noted.ShouldHaveSingleItem().Position.ShouldBe(1);
        app.Counts.ShouldBe(["deliveries payments handled 1"]);
    }

    [Fact]
    public async Task S8_the_next_viewer_of_a_medium_query_gets_one_stale_render_and_everyone_after_is_fresh()
    {
        await using var app = await PaymentApp.StartAsync(
            configure: builder => builder.Services.AddFreshet().Add<MediumDesk>());
        var before = await app.App.Freshet.ReadAsync(MediumDesk.Status, "inv_1");
        await app.DeliverAsync();

        var next = await app.App.Freshet.ReadAnswerAsync(MediumDesk.Status, "inv_1");
        // A read that needs the newest joins or follows the load that replaces the value.
        await app.App.Freshet.ReadAnswerAsync(MediumDesk.Status, "inv_1", new ReadRequirement(new ConsistencyToken(app.App.Freshet.Log.Position.Epoch, 1)));
        var after = await app.App.Freshet.ReadAsync(MediumDesk.Status, "inv_1");

        before.ShouldBe("open");
        next.Value.ShouldBe("open");
        next.Source.ShouldBe(AnswerSource.StaleCache);
        after.ShouldBe("paid");
        app.App.Ledger.Reads.ShouldBe(2);
    }

    [Fact]
    public async Task S9_the_same_delivery_twice_is_one_write_and_one_record()
    {
        var runs = 0;
        await using var app = await PaymentApp.StartAsync(webhook => webhook
            .On("payment.succeeded", async (PaymentMessage message, MemoryOutbox database, Ledger ledger, IFreshet freshet) =>
            {
                runs++;
                await PaymentApp.SettleAsync(message, database, ledger, freshet);
            }).Raises<InvoicePaid>());

        var first = await app.DeliverAsync();
        var again = await app.DeliverAsync();

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        app.App.Ledger["inv_1"].Version.ShouldBe(2);
        app.App.Position.ShouldBe(1);
        runs.ShouldBe(1);
        app.Counts.ShouldBe(["deliveries payments handled 1", "deliveries payments repeated 1"]);
    }

    [Fact]
    public async Task S9_the_same_delivery_twice_at_once_is_one_write_and_one_record()
    {
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arrived = 0;
        await using var app = await PaymentApp.StartAsync(webhook => webhook
            .On("payment.succeeded", async (PaymentMessage message, MemoryOutbox database, Ledger ledger, IFreshet freshet) =>
            {
                // Neither finds the claim of the other when it arrives: only the database can tell them apart.
                if (Interlocked.Increment(ref arrived) == 2) both.SetResult();
                await both.Task.WaitAsync(TimeSpan.FromSeconds(30));
                await PaymentApp.SettleAsync(message, database, ledger, freshet);
            }).Raises<InvoicePaid>());

        var answers = await Task.WhenAll(app.DeliverAsync(), app.DeliverAsync());

        answers.Select(answer => answer.StatusCode).ShouldBe([HttpStatusCode.OK, HttpStatusCode.OK]);
        app.App.Ledger["inv_1"].Version.ShouldBe(2);
        (await app.RecordsAsync()).ShouldHaveSingleItem().Cause.ShouldBeNull();
        app.Database.Rows.ShouldBe(1);
        app.Counts.ShouldBe(["deliveries payments handled 1", "deliveries payments repeated 1"]);
    }

    [Fact]
    public async Task A_claim_that_somebody_wrapped_in_an_exception_of_their_own_is_a_repetition_all_the_same()
    {
        var taken = new DeliveryClaim("payments", "evt_1");
        await using var app = await PaymentApp.StartAsync(webhook => webhook
            .On("payment.succeeded", async (PaymentMessage message, MemoryOutbox database, Ledger ledger, IFreshet freshet) =>
            {
                await database.ClaimAsync(taken);
                try
                {
                    await PaymentApp.SettleAsync(message, database, ledger, freshet);
                }
                catch (DuplicateDeliveryException duplicate)
                {
                    throw new InvalidOperationException("while saving", duplicate);
                }
            }).Raises<InvoicePaid>());

        (await app.DeliverAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);

        app.App.Position.ShouldBe(0);
        app.Counts.ShouldBe(["deliveries payments repeated 1"]);
    }

    [Fact]
    public async Task What_a_duplicate_raised_outside_the_transaction_that_could_not_claim_stays_uncertain()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook
            .On("payment.succeeded", async (PaymentMessage message, MemoryOutbox database, Ledger ledger, IFreshet freshet) =>
            {
                await database.ClaimAsync(new DeliveryClaim("payments", "evt_1"));
                using var transaction = await database.BeginAsync();
                freshet.Raise(new InvoicePaid(message.InvoiceId, "acc_88"));
                try
                {
                    transaction.Save(freshet.CurrentAction!);
                }
                finally
                {
                    freshet.Raise(new PlanListed("pro")); // of another write, which may be committed
                }
            }));

        (await app.DeliverAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);

        var record = (await app.RecordsAsync()).ShouldHaveSingleItem();
        record.Event.ShouldBe("plan.listed");
        record.IsUncertain.ShouldBeTrue();
    }

    [Fact]
    public async Task S10_a_webhook_that_calls_UpdateTag_fails_names_RevalidateTag_and_writes_nothing_half()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook
            .On("payment.succeeded", async (PaymentMessage message, MemoryOutbox database, Ledger ledger, IFreshet freshet) =>
            {
                using var transaction = await database.BeginAsync();
                transaction.Write(() => ledger.Pay(message.InvoiceId));
                freshet.Raise(new InvoicePaid(message.InvoiceId, "acc_88"));
                transaction.Save(freshet.CurrentAction!);
                freshet.UpdateTag(Desk.Account.For("acc_88"));
                transaction.Commit();
            }), environment: "Development");

        var answer = await app.DeliverAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        var problem = await answer.JsonAsync();
        problem["code"]!.GetValue<string>().ShouldBe("wrong-trigger");
        problem["detail"]!.GetValue<string>().ShouldContain("Use RevalidateTag(tag, profile)");
        app.App.Ledger["inv_1"].Status.ShouldBe("open");
        app.Database.Claims.ShouldBeEmpty();
        app.App.Position.ShouldBe(0); // the database says that nothing was committed, so nothing is uncertain either
        app.Counts.ShouldBe(["deliveries payments failed 1"]);
    }

    [Fact]
    public async Task S14_a_webhook_that_cannot_afford_one_stale_render_uses_Expire_Now()
    {
        await using var app = await PaymentApp.StartAsync(
            webhook => webhook.On("payment.succeeded", async (PaymentMessage message, MemoryOutbox database, Ledger ledger, IFreshet freshet) =>
            {
                using var transaction = await database.BeginAsync();
                transaction.Write(() => ledger.Pay(message.InvoiceId));
                freshet.RevalidateTag(Desk.InvoiceTag.For(message.InvoiceId), Expire.Now);
                transaction.Save(freshet.CurrentAction!);
                transaction.Commit();
            }),
            builder => builder.Services.AddFreshet().Add<MediumDesk>());
        await app.App.Freshet.ReadAsync(MediumDesk.Status, "inv_1");

        (await app.DeliverAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await app.App.Freshet.ReadAsync(MediumDesk.Status, "inv_1")).ShouldBe("paid");
        (await app.RecordsAsync()).ShouldHaveSingleItem().Invalidations.ShouldHaveSingleItem().Kind.ShouldBe(InvalidationKind.Expire);
    }

    [Fact]
    public async Task A_delivery_whose_handler_failed_is_worked_off_by_the_next_one()
    {
        var tries = 0;
        await using var app = await PaymentApp.StartAsync(webhook => webhook
            .On("payment.succeeded", async (PaymentMessage message, MemoryOutbox database, Ledger ledger, IFreshet freshet) =>
            {
                using var transaction = await database.BeginAsync();
                transaction.Write(() => ledger.Pay(message.InvoiceId));
                freshet.Raise(new InvoicePaid(message.InvoiceId, "acc_88"));
                transaction.Save(freshet.CurrentAction!);
                if (tries++ == 0) throw new TimeoutException("the database went away");
                transaction.Commit();
            }).Raises<InvoicePaid>());

        var first = await app.DeliverAsync();
        app.App.Position.ShouldBe(0);
        app.Database.Claims.ShouldBeEmpty();
        var second = await app.DeliverAsync();

        first.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        app.App.Ledger["inv_1"].Version.ShouldBe(2);
        app.App.Position.ShouldBe(1);
        app.Counts.ShouldBe(["deliveries payments failed 1", "deliveries payments handled 1"]);
    }

    [Fact]
    public async Task A_handler_that_failed_after_its_commit_answers_5xx_and_the_next_delivery_finds_the_work_done()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook
            .On("payment.succeeded", async (PaymentMessage message, MemoryOutbox database, Ledger ledger, IFreshet freshet) =>
            {
                await PaymentApp.SettleAsync(message, database, ledger, freshet);
                throw new TimeoutException("the mail server went away");
            }).Raises<InvoicePaid>());

        var first = await app.DeliverAsync();
        var second = await app.DeliverAsync();

        first.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        app.App.Ledger["inv_1"].Version.ShouldBe(2);
        (await app.RecordsAsync()).ShouldHaveSingleItem().IsUncertain.ShouldBeFalse(); // the database decides
        app.Counts.ShouldBe(["deliveries payments failed 1", "deliveries payments repeated 1"]);
    }

    [Fact]
    public async Task A_type_that_nobody_handles_is_acknowledged_and_counted_and_claims_nothing()
    {
        await using var app = await PaymentApp.StartAsync();

        var answer = await app.DeliverAsync(PaymentApp.Message(type: "payout.created"));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        app.Database.Claims.ShouldBeEmpty();
        app.App.Position.ShouldBe(0);
        app.Counts.ShouldBe(["deliveries payments unhandled 1"]);
    }

    [Fact]
    public async Task A_handler_of_every_type_takes_those_without_one_of_their_own_and_those_without_a_type()
    {
        var seen = new List<string>();
        await using var app = await PaymentApp.StartAsync(webhook =>
        {
            webhook.On("payment.succeeded", () => seen.Add("own")).WithoutClaims();
            webhook.OnAny((PaymentMessage message) => seen.Add(message.Type ?? "none")).WithoutClaims();
        });

        await app.DeliverAsync();
        await app.DeliverAsync(PaymentApp.Message(type: "payout.created"));
        await app.DeliverAsync("""{"id":"evt_3","invoiceId":"inv_1"}""");

        seen.ShouldBe(["own", "payout.created", "none"]);
    }

    [Fact]
    public async Task A_handler_that_answers_with_an_error_is_not_acknowledged()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook.On("payment.succeeded", () => Results.Problem(statusCode: 503, detail: "closed for the night")).WithoutClaims());

        var answer = await app.DeliverAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await answer.JsonAsync())["detail"]!.GetValue<string>().ShouldBe("closed for the night");
        app.Counts.ShouldBe(["deliveries payments failed 1"]);
    }

    [Fact]
    public async Task What_a_handler_returns_is_not_sent_and_the_answer_tells_the_provider_nothing_of_the_cache()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook
            .On("payment.succeeded", async (PaymentMessage message, MemoryOutbox database, Ledger ledger, IFreshet freshet) =>
            {
                await freshet.ReadAsync(Desk.AccountName, "acc_88");
                await PaymentApp.SettleAsync(message, database, ledger, freshet);
                return Results.Created("/elsewhere", ledger[message.InvoiceId]);
            }).Raises<InvoicePaid>());

        var answer = await app.DeliverAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldBeEmpty();
        answer.Headers.ShouldNotContain(header => header.Key.StartsWith("Freshness-") || header.Key == "Location");
    }

    [Theory]
    [InlineData("Development")] // the framework throws
    [InlineData("Production")] // it only sets the status
    public async Task A_body_that_the_handler_cannot_take_is_malformed_and_claims_nothing(string environment)
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook.On("payment.succeeded", (Nested message) => message.Payment.InvoiceId), environment: environment);

        var answer = await app.DeliverAsync("""{"id":"evt_1","type":"payment.succeeded","payment":"text"}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe("malformed-request");
        app.Database.Claims.ShouldBeEmpty();
        app.Counts.ShouldBe(["deliveries payments failed 1"]);
    }

    [Fact]
    public async Task A_handler_that_makes_an_invalid_key_of_a_signed_body_failed_itself()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook
            .On("payment.succeeded", async (IFreshet freshet) => await freshet.ReadAsync(Desk.Invoice, "")).WithoutClaims());

        (await app.DeliverAsync()).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task A_handler_that_commits_without_saving_its_claim_is_warned_of_once_with_the_way_out()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook
            .On("payment.succeeded", (PaymentMessage message, Ledger ledger, IFreshet freshet) =>
            {
                ledger.Pay(message.InvoiceId);
                freshet.Raise(new InvoicePaid(message.InvoiceId, "acc_88"));
            }).Raises<InvoicePaid>());

        await app.DeliverAsync();
        await app.DeliverAsync(PaymentApp.Message(id: "evt_2"));

        app.App.Log.All.Where(line => line.Id == 2204).ShouldHaveSingleItem().Text.ShouldContain("SaveOutboxAsync");
    }

    [Fact]
    public async Task A_handler_that_saves_its_claim_or_says_that_it_needs_none_is_not_warned_of()
    {
        await using var app = await PaymentApp.StartAsync(webhook =>
        {
            webhook.On("payment.succeeded", PaymentApp.SettleAsync).Raises<InvoicePaid>();
            webhook.On("plan.listed", (IFreshet freshet) => freshet.Raise(new PlanListed("pro"))).Raises<PlanListed>().WithoutClaims();
        });

        await app.DeliverAsync();
        await app.DeliverAsync(PaymentApp.Message(id: "evt_2", type: "plan.listed"));
        await app.DeliverAsync(PaymentApp.Message(id: "evt_2", type: "plan.listed"));

        app.App.Log.All.ShouldNotContain(line => line.Id == 2204);
        app.Database.Claims.ShouldBe(["payments/evt_1"]);
        app.App.Position.ShouldBe(3);
        app.App.Log.All.ShouldNotContain(line => line.Id == 2005 || line.Id == 2006);
    }

    [Fact]
    public async Task A_handler_that_raises_nothing_saves_its_claim_too()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook
            .On("payment.succeeded", async (MemoryOutbox database, IFreshet freshet) =>
            {
                using var transaction = await database.BeginAsync();
                transaction.Save(freshet.CurrentAction!);
                transaction.Commit();
            }));

        await app.DeliverAsync();
        await app.DeliverAsync();

        app.Counts.ShouldBe(["deliveries payments handled 1", "deliveries payments repeated 1"]);
        app.App.Log.All.ShouldNotContain(line => line.Id == 2204);
    }

    [Fact]
    public async Task When_the_database_cannot_be_asked_for_the_claim_the_handler_does_not_run()
    {
        await using var app = await PaymentApp.StartAsync();
        app.Database.IsAway = true;

        (await app.DeliverAsync()).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);

        app.App.Ledger["inv_1"].Status.ShouldBe("open");
        app.Counts.ShouldBe(["deliveries payments failed 1"]);
    }

    [Fact]
    public async Task Ids_of_two_providers_do_not_meet()
    {
        await using var app = await PaymentApp.StartAsync(mapMore: app => app.MapWebhook("/webhooks/payments-too", "other", options => options.Secrets.Add(PaymentApp.Secret))
            .On("payment.succeeded", PaymentApp.SettleAsync).Raises<InvoicePaid>());
        var body = System.Text.Encoding.UTF8.GetBytes(PaymentApp.Message());
        await app.DeliverAsync();

        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/payments-too") { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Headers.Add("Webhook-Signature", WebhookSignature.Sign(body, app.Time.GetUtcNow(), PaymentApp.Secret));
        await app.App.Client.SendAsync(request);

        app.Database.Claims.ShouldBe(["other/evt_1", "payments/evt_1"]);
    }

    private sealed record Nested(string Id, PaymentMessage Payment);

    private sealed class MediumDesk() : Catalog(owner: "desk-team")
    {
        public static readonly CachedQuery<string, string> Status = new CachedQuery<string, string>("invoice-status", RiskLevel.Medium)
            .DependsOn(Desk.InvoiceTag, id => id)
            .LoadWith(async (Ledger ledger, string id, CancellationToken _) => (await ledger.ReadAsync(id)).Status);
    }
}
