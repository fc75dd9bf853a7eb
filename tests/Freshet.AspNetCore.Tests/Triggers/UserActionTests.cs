using System.Net;
using System.Security.Claims;

namespace Freshet.AspNetCore.Tests;

public sealed class UserActionTests
{
    [Fact]
    public async Task S4_the_answer_leaves_only_after_the_records_are_appended()
    {
        var positionAtFirstByte = -1L;
        await using var app = await TestApp.StartAsync(app => app.MapPay(), before: app => app.Use((context, next) =>
        {
            // Called when the server sends the first byte, last registered first: this one is the last to be asked.
            context.Response.OnStarting(() =>
            {
                positionAtFirstByte = context.RequestServices.GetRequiredService<IFreshet>().Log.Position.Position;
                return Task.CompletedTask;
            });
            return next(context);
        }));

        await app.Client.WriteAsync("/invoices/inv_1/pay");

        positionAtFirstByte.ShouldBe(1);
    }

    [Theory]
    [InlineData("/redirect")]
    [InlineData("/empty")]
    [InlineData("/value")]
    public async Task S4_whatever_the_result_its_execution_finds_the_records_appended(string path)
    {
        var positions = new List<long>();
        await using var app = await TestApp.StartAsync(
            app =>
            {
                app.MapPost("/redirect", (IFreshet freshet) => Raise(freshet, Results.Redirect("/ping"))).Raises<PlanListed>();
                app.MapPost("/empty", (IFreshet freshet) => Raise(freshet, Results.Empty)).Raises<PlanListed>();
                app.MapPost("/value", (IFreshet freshet) => Raise(freshet, (object)new { A = 1 })).Raises<PlanListed>();
            },
            before: app => app.Use((context, next) =>
            {
                context.Response.OnStarting(() =>
                {
                    positions.Add(context.RequestServices.GetRequiredService<IFreshet>().Log.Position.Position);
                    return Task.CompletedTask;
                });
                return next(context);
            }));

        await app.Client.WriteAsync(path);

        positions.ShouldBe([1]);
    }

    [Fact]
    public async Task The_record_knows_the_endpoint_and_the_actor()
    {
        await using var app = await TestApp.StartAsync(app => app.MapPay("invoices/{id}/pay"), before: app => app.Use((context, next) =>
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "user_7")], authenticationType: "test"));
            return next(context);
        }));

        await app.Client.WriteAsync("/invoices/inv_1/pay");

        var record = await FirstRecordAsync(app);
        record.Action.ShouldBe("POST /invoices/{id}/pay");
        record.Actor.ShouldBe("user_7");
        record.Trigger.ShouldBe(TriggerKind.UserAction);
    }

    [Fact]
    public async Task A_name_without_authentication_is_no_actor()
    {
        await using var app = await TestApp.StartAsync(app => app.MapPay(), before: app => app.Use((context, next) =>
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "user_7")]));
            return next(context);
        }));

        await app.Client.WriteAsync("/invoices/inv_1/pay");

        (await FirstRecordAsync(app)).Actor.ShouldBeNull();
    }

    [Fact]
    public async Task Several_declarations_open_one_action()
    {
        FreshetAction? inner = null;
        await using var app = await TestApp.StartAsync(app => app.MapGroup("/g").UserAction().MapGroup("/h").Raises<InvoicePaid>()
            .MapPost("/write", (IFreshet freshet) =>
            {
                inner = freshet.CurrentAction;
                freshet.Raise(new PlanListed("pro"));
                freshet.Raise(new InvoicePaid("inv_1", "acc_1"));
                return new { A = 1 };
            }).Raises<PlanListed>().Raises<PlanListed>().UserAction());

        var answer = await app.Client.WriteAsync("/g/h/write");

        inner!.Records.Count.ShouldBe(2);
        inner.Name.ShouldBe("POST /g/h/write");
        (await answer.JsonAsync())["data"]!["a"]!.GetValue<int>().ShouldBe(1);
        app.Position.ShouldBe(2);
        app.Log.All.ShouldNotContain(line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_filter_declared_before_and_one_declared_after_run_inside_the_action()
    {
        var seen = new List<bool>();
        await using var app = await TestApp.StartAsync(app => app.MapPost("/write", () => new { A = 1 })
            .AddEndpointFilter((context, next) => See(context, next))
            .UserAction()
            .AddEndpointFilter((context, next) => See(context, next)));

        await app.Client.WriteAsync("/write");

        seen.ShouldBe([true, true]);

        ValueTask<object?> See(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            seen.Add(context.HttpContext.RequestServices.GetRequiredService<IFreshet>().CurrentAction is not null);
            return next(context);
        }
    }

    [Fact]
    public async Task A_groups_action_leaves_its_reads_alone()
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            var group = app.MapGroup("/g").UserAction();
            group.MapGet("/read", (IFreshet freshet) => freshet.CurrentAction is null ? "none" : "open");
            group.MapGet("/declared", (IFreshet freshet) => freshet.CurrentAction is null ? "none" : "open").UserAction();
            group.MapPost("/write", (IFreshet freshet) => freshet.CurrentAction is null ? "none" : "open");
        });

        (await app.Client.GetStringAsync("/g/read")).ShouldBe("none");
        (await app.Client.GetStringAsync("/g/declared")).ShouldBe("open");
        (await (await app.Client.WriteAsync("/g/write")).Content.ReadAsStringAsync()).ShouldBe("open");
    }

    [Fact]
    public async Task A_handler_that_throws_after_raising_is_uncertain_and_its_error_still_carries_token_and_tags()
    {
        await using var app = await TestApp.StartAsync(
            app =>
            {
                app.MapReads();
                app.MapPost("/write", (IFreshet freshet, Ledger ledger) =>
                {
                    ledger.Pay("inv_1");
                    freshet.Raise(new InvoicePaid("inv_1", "acc_88"));
                    throw new InvalidOperationException("after the commit, perhaps");
                }).Raises<InvoicePaid>();
            },
            Wire.UseKey,
            before: app => app.UseExceptionHandler(error => error.Run(context => context.Response.WriteAsync("sorry"))));
        await app.Client.ReadAsync("/invoices/inv_1");

        var answer = await app.Client.WriteAsync("/write");
        var read = await app.Client.ReadAsync("/invoices/inv_1", token: answer.Header(FreshnessHeaders.Token));

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("sorry");
        answer.Hashes().Length.ShouldBe(2);
        answer.Header(FreshnessHeaders.Events).ShouldBeNull();
        (await FirstRecordAsync(app)).Cause.ShouldBe("uncertain");
        (await read.JsonAsync())["status"]!.GetValue<string>().ShouldBe("paid");
    }

    [Fact]
    public async Task A_handler_that_answers_an_error_after_raising_has_raised_all_the_same()
    {
        await using var app = await TestApp.StartAsync(app =>
            app.MapPost("/write", (IFreshet freshet) => Raise(freshet, Results.Problem(statusCode: 409))).Raises<PlanListed>());

        var answer = await app.Client.WriteAsync("/write");

        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        answer.Header(FreshnessHeaders.Token).ShouldNotBeNull();
        (await FirstRecordAsync(app)).Cause.ShouldBeNull();
    }

    [Fact]
    public async Task A_read_inside_the_action_after_raising_goes_to_the_source()
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            app.MapReads();
            app.MapPost("/write", async (IFreshet freshet, Ledger ledger, CancellationToken ct) =>
            {
                ledger.Pay("inv_1");
                freshet.Raise(new InvoicePaid("inv_1", "acc_88"));
                return await freshet.ReadAsync(Desk.Invoice, "inv_1", ct);
            }).Raises<InvoicePaid>();
        });
        await app.Client.ReadAsync("/invoices/inv_1");

        var answer = await app.Client.WriteAsync("/write");

        (await answer.JsonAsync())["data"]!["status"]!.GetValue<string>().ShouldBe("paid");
    }

    [Fact]
    public async Task An_answer_that_had_begun_is_warned_about_once_and_its_records_are_appended()
    {
        await using var app = await TestApp.StartAsync(app => app.MapPost("/write", async (IFreshet freshet, HttpContext http) =>
        {
            freshet.Raise(new PlanListed("pro"));
            await http.Response.WriteAsync("early");
        }).Raises<PlanListed>());

        var answer = await app.Client.WriteAsync("/write");
        await app.Client.WriteAsync("/write");

        answer.Header(FreshnessHeaders.Token).ShouldBeNull();
        (await answer.Content.ReadAsStringAsync()).ShouldBe("early");
        var line = app.Log.Of(2004).Single();
        line.Level.ShouldBe(LogLevel.Warning);
        line.Text.ShouldStartWith("The answer of POST /write had begun");
        app.Position.ShouldBe(2);
    }

    [Fact]
    public async Task A_RequestDelegate_endpoint_can_be_a_user_action_too()
    {
        await using var app = await TestApp.StartAsync(app => app.MapMethods("/write", ["POST"], (RequestDelegate)(http =>
        {
            http.RequestServices.GetRequiredService<IFreshet>().Raise(new PlanListed("pro"));
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        })).Raises<PlanListed>());

        var answer = await app.Client.WriteAsync("/write");

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        answer.Header(FreshnessHeaders.Position).ShouldBe("1-1");
    }

    private static T Raise<T>(IFreshet freshet, T answer)
    {
        freshet.Raise(new PlanListed("pro"));
        return answer;
    }

    private static async Task<LogRecord> FirstRecordAsync(TestApp app)
    {
        await foreach (var record in app.Freshet.Log.FollowAsync(0)) return record;
        throw new InvalidOperationException("The log ended.");
    }
}
