using System.Diagnostics.Metrics;
using System.Text;
using Freshet.Tests;

namespace Freshet.AspNetCore.Tests.Webhooks;

public sealed record PaymentMessage(string Id, string Type, string InvoiceId);

/// <summary>An application whose provider tells it of payments, signed.</summary>
internal sealed class PaymentApp : IAsyncDisposable
{
    public const string Secret = "whsec_the-provider-shows-this";
    public const string NewSecret = "whsec_the-provider-shows-this-next";

    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _counts = []; // guarded by itself

    private PaymentApp(TestApp app, MemoryOutbox database, TestTimeProvider time)
    {
        App = app;
        Database = database;
        Time = time;
        var meter = app.Services.GetRequiredService<IMeterFactory>().Create("Freshet"); // the application's own: the factory keeps one of a name
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter && instrument.Name.StartsWith("freshet.webhook.", StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var key = string.Join(' ', [instrument.Name["freshet.webhook.".Length..], .. tags.ToArray().Select(tag => $"{tag.Value}")]);
            lock (_counts) _counts[key] = _counts.GetValueOrDefault(key) + value;
        });
        _listener.Start();
    }

    public TestApp App { get; }

    public MemoryOutbox Database { get; }

    public TestTimeProvider Time { get; }

    public IReadOnlyList<string> Counts
    {
        get
        {
            lock (_counts) return [.. _counts.Select(count => $"{count.Key} {count.Value}").Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>The records, as <c>event tags kind trigger</c>.</summary>
    public async Task<IReadOnlyList<LogRecord>> RecordsAsync()
    {
        var records = new List<LogRecord>();
        if (App.Position == 0) return records;
        await foreach (var record in App.Freshet.Log.FollowAsync(0))
        {
            records.Add(record);
            if (record.Position == App.Position) break;
        }
        return records;
    }

    /// <summary>Starts it.</summary>
    public static async Task<PaymentApp> StartAsync(
        Action<WebhookBuilder>? map = null, Action<WebApplicationBuilder>? configure = null, Action<WebhookOptions>? options = null, string environment = "Production", Action<WebApplication>? mapMore = null)
    {
        var database = new MemoryOutbox();
        var time = new TestTimeProvider();
        var app = await TestApp.StartAsync(
            app =>
            {
                app.MapReads();
                var webhook = app.MapWebhook("/webhooks/payments", "payments", options);
                (map ?? Settling)(webhook);
                mapMore?.Invoke(app);
            },
            builder =>
            {
                builder.Configuration["Freshet:Webhooks:payments:Secrets:0"] = Secret;
                builder.Services.AddSingleton(database).AddSingleton<IOutbox>(database).AddSingleton<TimeProvider>(time);
                configure?.Invoke(builder);
            }, environment);
        return new PaymentApp(app, database, time);
    }

    /// <summary>Settles a payment as a handler should: write, event and claim in one transaction.</summary>
    public static async Task SettleAsync(PaymentMessage message, MemoryOutbox database, Ledger ledger, IFreshet freshet)
    {
        using var transaction = await database.BeginAsync();
        transaction.Write(() => ledger.Pay(message.InvoiceId));
        freshet.Raise(new InvoicePaid(message.InvoiceId, "acc_88"));
        transaction.Save(freshet.CurrentAction!);
        transaction.Commit();
    }

    public static string Message(string id = "evt_1", string type = "payment.succeeded", string invoice = "inv_1") =>
        $$"""{"id":"{{id}}","type":"{{type}}","invoiceId":"{{invoice}}"}""";

    /// <summary>Delivers a message, signed now with the first secret unless something else is said.</summary>
    public Task<HttpResponseMessage> DeliverAsync(string? body = null, TimeSpan age = default, params string[] secrets)
    {
        var bytes = Encoding.UTF8.GetBytes(body ?? Message());
        return DeliverAsync(bytes, WebhookSignature.Sign(bytes, Time.GetUtcNow() - age, secrets.Length == 0 ? [Secret] : secrets));
    }

    /// <summary>Delivers bytes with signature headers as they are given.</summary>
    public async Task<HttpResponseMessage> DeliverAsync(byte[] body, params string[] signatures)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/payments") { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        foreach (var signature in signatures) request.Headers.TryAddWithoutValidation("Webhook-Signature", signature);
        return await App.Client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await App.DisposeAsync();
    }

    private static void Settling(WebhookBuilder webhook) => webhook.On("payment.succeeded", SettleAsync).Raises<InvoicePaid>();
}
