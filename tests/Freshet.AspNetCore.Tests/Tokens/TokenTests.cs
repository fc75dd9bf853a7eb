using System.Diagnostics.Metrics;
using System.Net;

namespace Freshet.AspNetCore.Tests;

public sealed class TokenTests
{
    [Fact]
    public async Task A_token_of_the_future_under_our_key_makes_the_read_go_to_the_source_and_say_so()
    {
        await using var app = await StartAsync();
        await app.Client.ReadAsync("/invoices/inv_1");
        var future = Wire.Codec(Wire.Key).Write(new ConsistencyToken(app.Freshet.Log.Position.Epoch, 9));

        var answer = await app.Client.ReadAsync("/invoices/inv_1", token: future);

        answer.Header(FreshnessHeaders.Satisfied).ShouldBe("false");
        app.Ledger.Reads.ShouldBe(2);
    }

    [Fact]
    public async Task A_token_of_another_process_is_confirmed_and_costs_no_load()
    {
        await using var app = await StartAsync();
        await app.Client.ReadAsync("/invoices/inv_1");
        // What a forger would send: our epoch, a position far ahead, a key of their own.
        var foreign = Wire.Codec(Wire.OtherKey).Write(new ConsistencyToken(app.Freshet.Log.Position.Epoch, long.MaxValue));

        var answer = await app.Client.ReadAsync("/invoices/inv_1", token: foreign);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Header(FreshnessHeaders.Satisfied).ShouldBeNull();
        app.Ledger.Reads.ShouldBe(1);
    }

    [Fact]
    public async Task An_open_tab_survives_a_restart_without_configured_keys()
    {
        string token;
        await using (var before = await TestApp.StartAsync(app => app.MapPay()))
            token = (await before.Client.WriteAsync("/invoices/inv_1/pay")).Header(FreshnessHeaders.Token)!;
        await using var after = await TestApp.StartAsync(app => app.MapReads());

        var answer = await after.Client.ReadAsync("/invoices/inv_1", token: token);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Header(FreshnessHeaders.Satisfied).ShouldBeNull();
    }

    [Theory]
    [InlineData(TokenFault.Malformed, "opaque")]
    [InlineData(TokenFault.Malformed, "")]
    [InlineData(TokenFault.Malformed, "truncated")]
    [InlineData(TokenFault.BadSignature, "forged")]
    public async Task A_token_that_is_none_is_refused_and_nothing_is_read(TokenFault fault, string token)
    {
        await using var app = await StartAsync();
        var real = Wire.Codec(Wire.Key).Write(new ConsistencyToken(app.Freshet.Log.Position.Epoch, 1));
        var sent = token switch { "truncated" => real[..40], "forged" => real[..^1] + (real[^1] == 'A' ? 'B' : 'A'), _ => token };

        var answer = await app.Client.ReadAsync("/invoices/inv_1", token: sent);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await answer.JsonAsync();
        problem["type"]!.GetValue<string>().ShouldBe("urn:freshet:error:invalid-token");
        problem["code"]!.GetValue<string>().ShouldBe("invalid-token");
        problem["title"]!.GetValue<string>().ShouldBe("Invalid token");
        problem["detail"]!.GetValue<string>().ShouldBe(new InvalidTokenException(fault).Message);
        problem["status"]!.GetValue<int>().ShouldBe(400);
        app.Ledger.Reads.ShouldBe(0);
        app.Log.Of(2000).Single().Text.ShouldNotContain(sent.Length == 0 ? "\0" : sent);
    }

    [Fact]
    public async Task Two_token_headers_are_refused()
    {
        await using var app = await StartAsync();
        var token = Wire.Codec(Wire.Key).Write(new ConsistencyToken(app.Freshet.Log.Position.Epoch, 0));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/invoices/inv_1");
        request.Headers.TryAddWithoutValidation(FreshnessHeaders.Token, [token, token]);

        (await app.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("9223372036854775808")]
    [InlineData("seven")]
    [InlineData("")]
    public async Task A_minimum_version_that_is_none_is_refused(string version)
    {
        await using var app = await StartAsync();

        var answer = await app.Client.ReadAsync("/invoices/inv_1", minimumVersion: version);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe("invalid-minimum-version");
        app.Ledger.Reads.ShouldBe(0);
    }

    [Fact]
    public async Task Tokens_are_counted_by_carrier_and_result()
    {
        await using var app = await StartAsync();
        var counted = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            // Other tests' applications have instruments of the same name.
            if (instrument.Name == "freshet.http.tokens" && ReferenceEquals(instrument.Meter.Scope, app.Services.GetRequiredService<IMeterFactory>())) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            lock (counted) counted.Add($"{tags[0].Value} {tags[1].Value}");
        });
        listener.Start();
        var ours = Wire.Codec(Wire.Key).Write(new ConsistencyToken(app.Freshet.Log.Position.Epoch, 0));

        await app.Client.ReadAsync("/ping", token: ours);
        await app.Client.ReadAsync("/ping", token: Wire.Codec(Wire.OtherKey).Write(default));
        await app.Client.ReadAsync("/ping", token: "garbage");
        await app.Client.ReadAsync("/ping", cookie: ours[..^1] + (ours[^1] == 'A' ? 'B' : 'A'));

        counted.ShouldBe(["header verified", "header unverified", "header malformed", "cookie bad-signature"]);
    }

    private static Task<TestApp> StartAsync() => TestApp.StartAsync(app => app.MapReads(), Wire.UseKey);
}
