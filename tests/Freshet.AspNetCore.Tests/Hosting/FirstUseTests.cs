using System.Net;

namespace Freshet.AspNetCore.Tests;

public sealed class FirstUseTests
{
    [Fact]
    public async Task AddFreshet_UseFreshet_and_endpoints_are_all_that_first_use_needs()
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            app.MapReads();
            app.MapPay();
        });
        (await app.Client.ReadAsync("/invoices/inv_1")).StatusCode.ShouldBe(HttpStatusCode.OK);

        var paid = await app.Client.WriteAsync("/invoices/inv_1/pay");
        var read = await app.Client.ReadAsync("/invoices/inv_1", token: paid.Header(FreshnessHeaders.Token));

        (await read.JsonAsync())["status"]!.GetValue<string>().ShouldBe("paid");
        app.Log.All.ShouldNotContain(line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public void Without_AddFreshet_UseFreshet_throws_and_says_what_to_call()
    {
        var app = WebApplication.CreateBuilder().Build();

        var error = Should.Throw<InvalidOperationException>(() => app.UseFreshet());

        error.Message.ShouldContain("AddFreshet()");
    }

    [Fact]
    public async Task Without_UseFreshet_a_mutation_runs_nothing_and_the_log_says_what_to_call()
    {
        await using var app = await TestApp.StartAsync(app => app.MapPay(), useFreshet: false);

        var answer = await app.Client.WriteAsync("/invoices/inv_1/pay");

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        app.Ledger["inv_1"].Status.ShouldBe("open");
        app.Log.All.ShouldContain(line => line.Text.Contains(nameof(MiddlewareMissingException)) && line.Text.Contains("app.UseFreshet()"));
    }

    [Fact]
    public async Task A_process_without_signing_keys_says_so_once()
    {
        await using var app = await TestApp.StartAsync(app => app.MapReads());
        await app.Client.ReadAsync("/invoices/inv_1");

        app.Log.Of(2002).Single().Level.ShouldBe(LogLevel.Information);
    }

    [Fact]
    public async Task A_process_with_signing_keys_does_not()
    {
        await using var app = await TestApp.StartAsync(app => app.MapReads(), Wire.UseKey);

        app.Log.Of(2002).ShouldBeEmpty();
    }
}
