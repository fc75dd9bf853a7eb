using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Freshet.AspNetCore.Tests.Webhooks;

/// <summary>What is not believed: answered, counted, and nothing claimed or run.</summary>
public sealed class RefusalTests
{
    private static readonly byte[] _body = Encoding.UTF8.GetBytes(PaymentApp.Message());

    [Fact]
    public async Task A_missing_signature_is_refused() => await RefusedAsync("missing", app => app.DeliverAsync(_body));

    [Fact]
    public async Task A_signature_of_somebody_else_is_refused() => await RefusedAsync("mismatched", app => app.DeliverAsync(secrets: "whsec_somebody-elses-secret"));

    [Fact]
    public async Task An_old_signature_is_refused() => await RefusedAsync("expired", app => app.DeliverAsync(age: TimeSpan.FromSeconds(301)));

    [Fact]
    public async Task A_signature_from_the_future_is_refused() => await RefusedAsync("expired", app => app.DeliverAsync(age: TimeSpan.FromSeconds(-301)));

    [Fact]
    public async Task A_malformed_signature_is_refused() => await RefusedAsync("malformed", app => app.DeliverAsync(_body, "v1=abc"));

    [Fact]
    public async Task Two_signature_headers_are_refused_though_both_are_good() => await RefusedAsync("doubly-signed", app =>
    {
        var good = WebhookSignature.Sign(_body, app.Time.GetUtcNow(), PaymentApp.Secret);
        return app.DeliverAsync(_body, good, good);
    });

    [Fact]
    public async Task Two_times_in_one_header_are_refused() => await RefusedAsync("doubly-signed", app =>
    {
        var good = WebhookSignature.Sign(_body, app.Time.GetUtcNow(), PaymentApp.Secret);
        return app.DeliverAsync(_body, $"{good},{good}");
    });

    [Fact]
    public async Task A_changed_body_is_refused() => await RefusedAsync("mismatched", app =>
        app.DeliverAsync(Encoding.UTF8.GetBytes(PaymentApp.Message(invoice: "inv_2")), WebhookSignature.Sign(_body, app.Time.GetUtcNow(), PaymentApp.Secret)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_refused(bool inChunks)
    {
        await using var app = await PaymentApp.StartAsync(options: options => options.MaxBodyBytes = 1000);
        var body = Encoding.UTF8.GetBytes(PaymentApp.Message(id: new string('x', 1000)));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/payments") { Content = new ByteArrayContent(body) };
        request.Headers.TransferEncodingChunked = inChunks;
        request.Headers.Add("Webhook-Signature", WebhookSignature.Sign(body, app.Time.GetUtcNow(), PaymentApp.Secret));

        var answer = await app.App.Client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe("payload-too-large");
        app.Counts.ShouldBe(["deliveries payments refused 1", "refusals payments too-large 1"]);
        ShouldHaveDoneNothing(app);
    }

    [Fact]
    public async Task A_body_at_the_limit_is_taken()
    {
        await using var app = await PaymentApp.StartAsync(options: options => options.MaxBodyBytes = _body.Length);

        (await app.DeliverAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_body_over_the_servers_own_limit_is_refused_in_the_same_words()
    {
        await using var app = await PaymentApp.StartAsync(configure: builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 50));

        var answer = await app.DeliverAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe("payload-too-large");
        app.Counts.ShouldBe(["deliveries payments refused 1", "refusals payments too-large 1"]);
        ShouldHaveDoneNothing(app);
    }

    [Fact]
    public async Task A_body_that_cannot_be_received_is_refused()
    {
        await using var app = await PaymentApp.StartAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(app.App.Client.BaseAddress!.Host, app.App.Client.BaseAddress.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /webhooks/payments HTTP/1.1\r\nHost: x\r\nWebhook-Signature: {WebhookSignature.Sign(_body, app.Time.GetUtcNow(), PaymentApp.Secret)}\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n"));

        using var reader = new StreamReader(stream);
        (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe("HTTP/1.1 400 Bad Request");

        app.Counts.ShouldBe(["deliveries payments refused 1", "refusals payments unreadable 1"]);
        ShouldHaveDoneNothing(app);
    }

    [Fact]
    public async Task What_is_no_object_is_malformed_for_a_handler_of_every_type_too()
    {
        await using var app = await PaymentApp.StartAsync(webhook => webhook.OnAny(() => { }).WithoutClaims());

        (await app.DeliverAsync("[]")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_type_that_looks_like_none_is_not_repeated_in_the_log()
    {
        await using var app = await PaymentApp.StartAsync();

        await app.DeliverAsync(PaymentApp.Message(type: $"a <b>{new string('c', 200)}"));

        app.App.Log.All.Where(line => line.Id == 2201).ShouldHaveSingleItem().Text.ShouldContain($"of the type 'ab{new string('c', 98)}' to");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("""{"type":"payment.succeeded","invoiceId":"inv_1"}""")]
    [InlineData("""{"id":"","type":"payment.succeeded","invoiceId":"inv_1"}""")]
    [InlineData("""{"id":{"a":1},"type":"payment.succeeded","invoiceId":"inv_1"}""")]
    [InlineData("""{"id":"evt\u0000","type":"payment.succeeded","invoiceId":"inv_1"}""")]
    [InlineData("""{"id":"evt_1","invoiceId":"inv_1"}""")]
    public async Task A_signed_body_without_id_or_type_is_refused_as_malformed(string body)
    {
        await using var app = await PaymentApp.StartAsync();

        var answer = await app.DeliverAsync(body);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe("malformed-request");
        app.Counts.ShouldBe(["deliveries payments refused 1", "refusals payments unreadable 1"]);
        ShouldHaveDoneNothing(app);
    }

    [Fact]
    public async Task Neither_secret_nor_signature_nor_body_reaches_the_log()
    {
        await using var app = await PaymentApp.StartAsync();
        var header = WebhookSignature.Sign(_body, app.Time.GetUtcNow(), "whsec_somebody-elses-secret");
        var end = header[^20..];

        await app.DeliverAsync(_body, header);
        await app.DeliverAsync();

        var lines = app.App.Log.All.Where(line => line.Category.StartsWith("Freshet", StringComparison.Ordinal)).Select(line => line.Text).ToList();
        lines.ShouldContain(line => line.Contains("refused with 401: mismatched"));
        lines.ShouldAllBe(line => !line.Contains(PaymentApp.Secret) && !line.Contains(end) && !line.Contains("evt_1"));
    }

    private static async Task RefusedAsync(string reason, Func<PaymentApp, Task<HttpResponseMessage>> deliver)
    {
        await using var app = await PaymentApp.StartAsync();

        var answer = await deliver(app);

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await answer.JsonAsync();
        problem["code"]!.GetValue<string>().ShouldBe("invalid-signature");
        problem["detail"]!.GetValue<string>().ShouldNotContain(reason); // who tries to forge one learns nothing from it
        app.Counts.ShouldBe(["deliveries payments refused 1", $"refusals payments {reason} 1"]);
        ShouldHaveDoneNothing(app);
    }

    private static void ShouldHaveDoneNothing(PaymentApp app)
    {
        app.Database.Claims.ShouldBeEmpty();
        app.App.Ledger["inv_1"].Status.ShouldBe("open");
        app.App.Position.ShouldBe(0);
    }
}
