using System.Net;
using Freshet.Tests;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Freshet.AspNetCore.Tests.Webhooks;

/// <summary>Where a webhook's settings come from, and how they change while the application runs.</summary>
public sealed class SettingsTests
{
    [Fact]
    public async Task Settings_come_from_configuration_then_named_options_then_the_call()
    {
        await using var app = await PaymentApp.StartAsync(
            webhook => webhook.On("paid", async (MemoryOutbox database, IFreshet freshet) =>
            {
                using var transaction = await database.BeginAsync();
                transaction.Save(freshet.CurrentAction!);
                transaction.Commit();
            }),
            builder =>
            {
                builder.Configuration["Freshet:Webhooks:payments:Tolerance"] = "00:10:00";
                builder.Configuration["Freshet:Webhooks:payments:EventTypePath"] = "kind";
                builder.Configuration["Freshet:Webhooks:payments:SignatureHeader"] = "X-Signature";
                builder.Services.Configure<WebhookOptions>("payments", options => options.EventTypePath = "data.kind");
                builder.Services.Configure<WebhookOptions>("others", options => options.Secrets.Clear());
                builder.Services.PostConfigure<WebhookOptions>("payments", options => options.EventIdPath = "data.no");
            },
            options => options.SignatureHeader = "Webhook-Signature");

        var answer = await app.DeliverAsync("""{"data":{"kind":"paid","no":1}}""", age: TimeSpan.FromMinutes(9));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        app.Counts.ShouldBe(["deliveries payments handled 1"]);
        app.Database.Claims.ShouldBe(["payments/1"]);
    }

    [Fact]
    public async Task While_a_secret_is_replaced_both_are_believed()
    {
        await using var app = await PaymentApp.StartAsync(configure: builder => builder.Configuration["Freshet:Webhooks:payments:Secrets:1"] = PaymentApp.NewSecret);

        (await app.DeliverAsync(PaymentApp.Message(id: "evt_1"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await app.DeliverAsync(PaymentApp.Message(id: "evt_2"), secrets: PaymentApp.NewSecret)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await app.DeliverAsync(PaymentApp.Message(id: "evt_3"), secrets: [PaymentApp.Secret, PaymentApp.NewSecret])).StatusCode.ShouldBe(HttpStatusCode.OK);
        app.Counts.ShouldBe(["deliveries payments handled 3"]);
    }

    [Fact]
    public async Task A_secret_is_replaced_while_the_application_runs()
    {
        var settings = new ChangingConfiguration(new() { ["Freshet:Webhooks:payments:Secrets:0"] = PaymentApp.Secret });
        await using var app = await PaymentApp.StartAsync(configure: builder => builder.Configuration.Sources.Add(settings));

        settings.Change("Freshet:Webhooks:payments:Secrets:0", PaymentApp.NewSecret);

        (await app.DeliverAsync()).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await app.DeliverAsync(secrets: PaymentApp.NewSecret)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Settings_that_became_unusable_are_refused_and_those_before_stay()
    {
        var settings = new ChangingConfiguration(new() { ["Freshet:Webhooks:payments:Secrets:0"] = PaymentApp.Secret });
        await using var app = await PaymentApp.StartAsync(configure: builder => builder.Configuration.Sources.Add(settings));

        settings.Change("Freshet:Webhooks:payments:Secrets:0", "short");

        (await app.DeliverAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);
        app.App.Log.All.Where(line => line.Id == 2205).ShouldHaveSingleItem().Text.ShouldContain("Secrets:0");
    }

    [Theory]
    [InlineData("payments")]
    [InlineData(null)]
    public async Task Named_options_are_followed_too(string? name)
    {
        var (secret, source) = (PaymentApp.Secret, new ChangingOptions(name));
        await using var app = await PaymentApp.StartAsync(configure: builder =>
        {
            builder.Services.AddSingleton<IOptionsChangeTokenSource<WebhookOptions>>(source);
            builder.Services.Configure<WebhookOptions>("payments", options => options.Secrets[0] = secret);
        });

        secret = PaymentApp.NewSecret;
        (await app.DeliverAsync()).StatusCode.ShouldBe(HttpStatusCode.OK, "nothing has said so yet");
        source.Change();

        (await app.DeliverAsync()).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_changes_while_the_settings_are_first_read_counts()
    {
        var settings = new ChangingConfiguration(new() { ["Freshet:Webhooks:payments:Secrets:0"] = PaymentApp.Secret });
        var isFirst = true;
        await using var app = await PaymentApp.StartAsync(
            configure: builder => builder.Configuration.Sources.Add(settings),
            options: _ =>
            {
                if (isFirst) settings.Change("Freshet:Webhooks:payments:Secrets:0", PaymentApp.NewSecret); // nobody follows it yet
                isFirst = false;
            });

        (await app.DeliverAsync(secrets: PaymentApp.NewSecret)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_other_ends_of_the_ranges_are_checked_too()
    {
        var error = await Should.ThrowAsync<OptionsValidationException>(() => PaymentApp.StartAsync(
            configure: builder => builder.Configuration["Freshet:Webhooks:payments:MaxBodyBytes"] = "1,000",
            options: options =>
            {
                options.Tolerance = TimeSpan.FromDays(2);
                options.SignatureHeader = "";
                options.EventIdPath = "data. id";
                options.EventTypePath = null!;
            }));

        error.Failures.Select(fault => fault.Split(' ')[0].Split(':')[^1]).ShouldBe(["MaxBodyBytes", "Tolerance", "SignatureHeader", "EventIdPath", "EventTypePath"]);
    }

    private sealed class ChangingOptions(string? name) : IOptionsChangeTokenSource<WebhookOptions>
    {
        private ConfigurationReloadToken _token = new();

        public string? Name => name;

        public IChangeToken GetChangeToken() => _token;

        public void Change() => Interlocked.Exchange(ref _token, new ConfigurationReloadToken()).OnReload();
    }

    private sealed class ChangingConfiguration(Dictionary<string, string?> values) : ConfigurationProvider, IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public override void Load()
        {
            foreach (var (key, value) in values) Set(key, value);
        }

        public void Change(string key, string value)
        {
            Set(key, value);
            OnReload();
        }
    }
}
