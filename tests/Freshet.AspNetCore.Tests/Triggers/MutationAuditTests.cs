namespace Freshet.AspNetCore.Tests;

public sealed class MutationAuditTests
{
    [Fact]
    public async Task An_event_declared_and_not_raised_is_warned_about_once()
    {
        await using var app = await StartAsync(() => Results.Ok(), "InvoicePaid");

        await app.Client.WriteAsync("/write/1");
        await app.Client.WriteAsync("/write/2");

        var line = app.Log.Of(2005).Single();
        line.Level.ShouldBe(LogLevel.Warning);
        line.Text.ShouldStartWith("POST /write/{id} declares invoice.paid and succeeded without raising it.");
        line.Text.ShouldContain("remove .Raises<InvoicePaid>()");
        app.Log.Of(2006).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_event_raised_and_not_declared_is_warned_about_once()
    {
        await using var app = await StartAsync((IFreshet freshet) => freshet.Raise(new PlanListed("pro")), "");

        await app.Client.WriteAsync("/write/1");
        await app.Client.WriteAsync("/write/2");

        var line = app.Log.Of(2006).Single();
        line.Level.ShouldBe(LogLevel.Warning);
        line.Text.ShouldContain("POST /write/{id} raised plan.listed without declaring it");
        line.Text.ShouldContain("Add .Raises<PlanListed>()");
        app.Log.Of(2005).ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_event_has_its_own_warning()
    {
        await using var app = await StartAsync((IFreshet freshet) => freshet.Raise(new PlanListed("pro")), "InvoicePaid");

        await app.Client.WriteAsync("/write/1");

        app.Log.Of(2005).Count.ShouldBe(1);
        app.Log.Of(2006).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(409)]
    [InlineData(500)]
    [InlineData(202)]
    public async Task A_mutation_that_did_not_succeed_yet_is_not_compared(int status)
    {
        await using var app = await StartAsync(() => Results.StatusCode(status), "InvoicePaid");

        await app.Client.WriteAsync("/write/1");

        app.Log.Of(2005).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_redirect_is_a_success()
    {
        await using var app = await StartAsync(() => Results.Redirect("/"), "InvoicePaid");

        await app.Client.WriteAsync("/write/1");

        app.Log.Of(2005).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_calls_are_not_events_and_need_no_declaration()
    {
        await using var app = await StartAsync((IFreshet freshet) => freshet.UpdateTag(Desk.Account.For("acc_1")), "");

        await app.Client.WriteAsync("/write/1");

        app.Log.All.ShouldNotContain(line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task What_endpoints_raise_can_be_read_from_their_metadata()
    {
        await using var app = await TestApp.StartAsync(app => app.MapPay().Raises<PlanListed>());

        app.Services.GetRequiredService<EndpointDataSource>().Endpoints.Single().Metadata.GetOrderedMetadata<IRaisesEvent>()
            .Select(each => each.EventType).ShouldBe([typeof(InvoicePaid), typeof(PlanListed)]);
    }

    private static Task<TestApp> StartAsync(Delegate handler, string declares) => TestApp.StartAsync(app =>
    {
        var endpoint = app.MapPost("/write/{id}", handler);
        _ = declares == nameof(InvoicePaid) ? endpoint.Raises<InvoicePaid>() : endpoint.UserAction();
    });
}
