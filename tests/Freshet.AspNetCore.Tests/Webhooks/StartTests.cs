using System.Net;
using Microsoft.Extensions.Options;

namespace Freshet.AspNetCore.Tests.Webhooks;

/// <summary>What is found when the host starts, what the catalog lists, and settings that change while it runs.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task Each_type_is_a_mutation_under_the_webhook_trigger()
    {
        WebApplication? mapped = null;
        await using var app = await PaymentApp.StartAsync(webhook =>
        {
            webhook.On("payment.succeeded", () => { }).Raises<InvoicePaid>().Raises<NoteAdded>().Raises<InvoicePaid>();
            webhook.On("payout.created", () => { });
        }, mapMore: app => mapped = app);

        mapped!.GetFreshetMutations().Select(each => $"{each.Name}: {string.Join(", ", each.Events)} ({each.Trigger})").ShouldBe(
            ["POST /webhooks/payments payment.succeeded: invoice.paid, note.added (Webhook)", "POST /webhooks/payments payout.created:  (Webhook)"]);
        mapped!.ExportFreshetCatalog().ShouldContain("\"trigger\": \"webhook\"");
    }

    [Fact]
    public async Task A_group_that_declares_user_actions_does_not_make_a_webhook_one()
    {
        WebApplication? mapped = null;
        await using var app = await PaymentApp.StartAsync(mapMore: app =>
        {
            mapped = app;
            var group = app.MapGroup("/group").Raises<NoteAdded>();
            group.MapWebhook("/hook", "grouped", options => options.Secrets.Add(PaymentApp.Secret))
                .On("payment.succeeded", (IFreshet freshet) => freshet.Raise(new InvoicePaid("inv_1", "acc_88"))).Raises<InvoicePaid>().WithoutClaims();
        });
        var body = System.Text.Encoding.UTF8.GetBytes(PaymentApp.Message());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/group/hook") { Content = new ByteArrayContent(body) };
        request.Headers.Add("Webhook-Signature", WebhookSignature.Sign(body, app.Time.GetUtcNow(), PaymentApp.Secret));

        (await app.App.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await app.RecordsAsync()).ShouldHaveSingleItem().Trigger.ShouldBe(TriggerKind.Webhook);
        mapped!.GetFreshetMutations().Select(each => $"{each.Name}: {string.Join(", ", each.Events)} ({each.Trigger})")
            .ShouldContain("POST /group/hook payment.succeeded: invoice.paid, note.added (Webhook)");
        app.App.Log.All.ShouldNotContain(line => line.Id == 2005 || line.Id == 2006);
    }

    [Fact]
    public async Task An_event_that_no_catalog_declares_stops_the_start() =>
        (await Should.ThrowAsync<CatalogException>(() => PaymentApp.StartAsync(webhook => webhook.On("payment.succeeded", () => { }).Raises<RefundIssued>())))
            .Faults.ShouldHaveSingleItem().Declaration.ShouldBe("POST /webhooks/payments payment.succeeded");

    [Fact]
    public async Task A_webhook_without_a_secret_stops_the_start_and_says_where_to_put_one() =>
        (await Should.ThrowAsync<OptionsValidationException>(() => PaymentApp.StartAsync(options: options => options.Secrets.Clear())))
            .Message.ShouldStartWith("Freshet:Webhooks:payments:Secrets:0 is missing");

    [Fact]
    public async Task Settings_that_cannot_be_used_are_told_all_at_once_and_no_secret_is_repeated()
    {
        var error = await Should.ThrowAsync<OptionsValidationException>(() => PaymentApp.StartAsync(options: options =>
        {
            options.Secrets.Add("short-secret");
            options.Secrets.Add(new string(' ', 20));
            options.Tolerance = TimeSpan.Zero;
            options.MaxBodyBytes = 0;
            options.SignatureHeader = "two words";
            options.EventIdPath = "data..id";
            options.EventTypePath = "";
        }));

        error.Failures.Select(fault => fault.Split(' ')[0]).ShouldBe(
        [
            "Freshet:Webhooks:payments:Secrets:1", "Freshet:Webhooks:payments:Secrets:2", "Freshet:Webhooks:payments:Tolerance", "Freshet:Webhooks:payments:MaxBodyBytes",
            "Freshet:Webhooks:payments:SignatureHeader", "Freshet:Webhooks:payments:EventIdPath", "Freshet:Webhooks:payments:EventTypePath",
        ]);
        error.Message.ShouldNotContain("short-secret");
    }

    [Fact]
    public async Task Configuration_that_cannot_be_read_is_told_too() =>
        (await Should.ThrowAsync<OptionsValidationException>(() => PaymentApp.StartAsync(configure: builder =>
        {
            builder.Configuration["Freshet:Webhooks:payments:Tolerance"] = "five minutes";
            builder.Configuration["Freshet:Webhooks:payments:MaxBodyBytes"] = "1k";
        }))).Failures.Select(fault => fault.Split(' ')[0]).ShouldBe(["Freshet:Webhooks:payments:Tolerance", "Freshet:Webhooks:payments:MaxBodyBytes"]);

    [Fact]
    public async Task A_webhook_without_a_handler_stops_the_start() =>
        (await Should.ThrowAsync<WebhookWithoutHandlerException>(() => PaymentApp.StartAsync(_ => { }))).Webhook.ShouldBe("payments");

    [Fact]
    public async Task A_webhook_whose_claims_nothing_could_keep_stops_the_start_and_names_both_ways_out()
    {
        var error = await Should.ThrowAsync<WebhookOutboxMissingException>(() => WithoutOutboxAsync(webhook => webhook.On("payment.succeeded", () => { })));

        error.Type.ShouldBe("payment.succeeded");
        error.Message.ShouldContain("UsePostgresOutbox");
        error.Message.ShouldContain(".WithoutClaims()");
    }

    [Fact]
    public async Task A_webhook_without_claims_needs_no_outbox()
    {
        await using var app = await WithoutOutboxAsync(webhook => webhook.On("payment.succeeded", () => { }).WithoutClaims());

        app.Services.GetService<IOutbox>().ShouldBeNull();
    }

    [Fact]
    public async Task A_type_has_one_handler() =>
        (await Should.ThrowAsync<ArgumentException>(() => PaymentApp.StartAsync(webhook =>
        {
            webhook.On("a", () => { });
            webhook.On("a", () => { });
        }))).Message.ShouldContain("'a' already");

    [Fact]
    public async Task And_so_does_every_type()
    {
        (await Should.ThrowAsync<ArgumentException>(() => PaymentApp.StartAsync(webhook =>
        {
            webhook.OnAny(() => { });
            webhook.OnAny(() => { });
        }))).Message.ShouldContain("every type already");
    }

    [Fact]
    public async Task A_handler_of_every_type_alone_is_one()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook.OnAny(() => { }).WithoutClaims());

        (await app.DeliverAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Should.ThrowAsync<WebhookOutboxMissingException>(() => WithoutOutboxAsync(webhook => webhook.OnAny(() => { })))).Type.ShouldBeNull();
    }

    [Fact]
    public async Task A_handler_that_comes_after_the_start_is_refused()
    {
        WebhookBuilder? late = null;
        await using var app = await PaymentApp.StartAsync(webhook => (late = webhook).OnAny(() => { }));

        Should.Throw<InvalidOperationException>(() => late!.On("payment.succeeded", () => { })).Message.ShouldContain("after the application started");
    }

    [Fact]
    public async Task A_name_that_can_be_none_is_refused() =>
        (await Should.ThrowAsync<ArgumentException>(() => PaymentApp.StartAsync(mapMore: app => app.MapWebhook("/more", "two words")))).ParamName.ShouldBe("name");

    [Fact]
    public async Task Without_Freshet_it_says_what_to_call()
    {
        await using var app = WebApplication.CreateBuilder().Build();

        Should.Throw<InvalidOperationException>(() => app.MapWebhook("/webhooks/payments", "payments")).Message.ShouldContain("AddFreshet()");
        Should.Throw<InvalidOperationException>(() => app.MapOperations()).Message.ShouldContain("AddFreshet()");
    }

    private static Task<TestApp> WithoutOutboxAsync(Action<WebhookBuilder> map) => TestApp.StartAsync(
        app => map(app.MapWebhook("/webhooks/payments", "payments")),
        builder => builder.Configuration["Freshet:Webhooks:payments:Secrets:0"] = PaymentApp.Secret);
}
