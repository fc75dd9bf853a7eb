using System.Net;
using Freshet.Tests;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Freshet.AspNetCore.Tests.Webhooks;

/// <summary>What a handler does beside its work reaches neither the provider nor the rest of the request, and what becomes of it is told when it is known.</summary>
public sealed class HandlerTests
{
    [Fact]
    public async Task What_a_handler_set_for_an_answer_of_its_own_is_not_sent()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook.On("payment.succeeded", (HttpContext http) =>
        {
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            http.Response.Headers["X-Own"] = "1";
        }).WithoutClaims());

        var answer = await app.DeliverAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.Contains("X-Own").ShouldBeFalse();
    }

    [Fact]
    public async Task Nor_is_it_when_the_delivery_turns_out_to_be_a_repetition()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook
            .On("payment.succeeded", async (HttpContext http, PaymentMessage message, MemoryOutbox database, Ledger ledger, IFreshet freshet) =>
            {
                http.Response.Headers["X-Own"] = "1";
                await database.ClaimAsync(new DeliveryClaim("payments", "evt_1"));
                await PaymentApp.SettleAsync(message, database, ledger, freshet);
            }));

        var answer = await app.DeliverAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.Contains("X-Own").ShouldBeFalse();
        app.Counts.ShouldBe(["deliveries payments repeated 1"]);
    }

    [Fact]
    public async Task An_error_among_typed_results_is_not_acknowledged()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook.On("payment.succeeded", Results<Ok, ProblemHttpResult> () => TypedResults.Problem(statusCode: 503)).WithoutClaims());

        (await app.DeliverAsync()).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);

        app.Counts.ShouldBe(["deliveries payments failed 1"]);
    }

    [Fact]
    public async Task A_handler_that_asks_for_what_the_delivery_has_not_is_not_acknowledged()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook.On("payment.succeeded", ([FromHeader(Name = "X-Count")] int count) => count).WithoutClaims());

        (await app.DeliverAsync()).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        app.Counts.ShouldBe(["deliveries payments failed 1"]);
    }

    [Fact]
    public async Task An_event_that_its_handler_does_not_declare_is_said_so()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook.On("payment.succeeded", (IFreshet freshet) => freshet.Raise(new PlanListed("pro"))).Raises<InvoicePaid>().WithoutClaims());

        await app.DeliverAsync();

        app.App.Log.All.Where(line => line.Id is 2005 or 2006).Select(line => line.Id).Order().ShouldBe([2005, 2006]);
    }

    [Fact]
    public async Task The_request_is_given_back_as_it_came()
    {
        var (before, after) = ((Stream: (System.IO.Stream?)null, Length: (long?)null), (Stream: (System.IO.Stream?)null, Length: (long?)null));
        await using var app = await PaymentApp.StartAsync(mapMore: app => app.Use(async (http, next) =>
        {
            before = (http.Request.Body, http.Request.ContentLength);
            await next(http);
            after = (http.Request.Body, http.Request.ContentLength);
        }));

        await app.DeliverAsync();

        after.ShouldBe(before);
        after.Stream.ShouldNotBeNull();
    }

    [Fact]
    public async Task What_became_of_a_delivery_is_in_the_log_once_its_records_are_appended()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook
            .On("payment.succeeded", async (PaymentMessage message, MemoryOutbox database, Ledger ledger, IFreshet freshet) =>
            {
                await PaymentApp.SettleAsync(message, database, ledger, freshet);
                await freshet.ReadAsync(Desk.Invoice, ""); // an error that would be the caller's, were it no provider's
            }).Raises<InvoicePaid>());

        await app.DeliverAsync();
        await app.DeliverAsync();
        await app.DeliverAsync(PaymentApp.Message(id: "evt_2", type: "payout.created"));

        var lines = app.App.Log.All.Where(line => line.Id is >= 2200 and < 2250 || line.Text.StartsWith("event=invalidate", StringComparison.Ordinal)).ToList();
        lines.Where(line => line.Id >= 2200).Select(line => line.Id).ShouldBe([2203, 2202, 2201]);
        lines[0].Text.ShouldStartWith("event=invalidate", customMessage: "before anybody is told that the handler failed");
    }

    [Fact]
    public async Task A_repetition_that_is_found_while_working_is_told_once_its_uncertain_records_are_appended()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook
            .On("payment.succeeded", async (MemoryOutbox database, IFreshet freshet) =>
            {
                await database.ClaimAsync(new DeliveryClaim("payments", "evt_1"));
                using var transaction = await database.BeginAsync();
                try
                {
                    transaction.Save(freshet.CurrentAction!);
                }
                finally
                {
                    freshet.Raise(new PlanListed("pro"));
                }
            }));

        await app.DeliverAsync();

        app.App.Log.All.Where(line => line.Id == 2202 || line.Text.StartsWith("event=invalidate", StringComparison.Ordinal)).Last().Id.ShouldBe(2202);
    }

    [Fact]
    public async Task A_claim_in_any_of_the_outboxes_counts()
    {
        using var other = new MemoryOutbox();
        await other.ClaimAsync(new DeliveryClaim("payments", "evt_1"));
        await using var app = await PaymentApp.StartAsync(configure: builder => builder.Services.AddSingleton<IOutbox>(other));

        await app.DeliverAsync();

        app.Counts.ShouldBe(["deliveries payments repeated 1"]);
        app.Database.Claims.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_number_is_an_id_too()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook.On("payment.succeeded", async (MemoryOutbox database, IFreshet freshet) =>
        {
            using var transaction = await database.BeginAsync();
            transaction.Save(freshet.CurrentAction!);
            transaction.Commit();
        }));

        (await app.DeliverAsync("""{"id":17,"type":"payment.succeeded"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);

        app.Database.Claims.ShouldBe(["payments/17"]);
    }
}
