using System.Text.Json;

namespace Freshet.AspNetCore.Tests;

public sealed class EndpointMutationTests
{
    [Fact]
    public async Task Endpoints_are_listed_by_the_name_of_their_actions_with_the_names_of_their_events()
    {
        WebApplication? mapped = null;
        await using var app = await TestApp.StartAsync(app =>
        {
            mapped = app;
            app.MapReads();
            app.MapPay("invoices/{id}/pay");
            app.MapMethods("/plans", ["PUT", "PATCH"], () => "").Raises<PlanListed>().Raises<InvoicePaid>().Raises<PlanListed>();
            app.MapPost("/profile", () => "").UserAction();
            app.Map("/any", () => "").Raises<PlanListed>();
            app.MapGet("/logout", () => "").Raises<PlanListed>();
            app.MapPost("/link-only", () => "").Raises<PlanListed>().WithMetadata(new SuppressMatchingMetadata());
            app.MapFallback(() => "");
        });

        mapped!.GetFreshetMutations().Select(Text).ShouldBe(
        [
            "* /any: plan.listed", "GET /logout: plan.listed", "PATCH /plans: invoice.paid, plan.listed", "POST /invoices/{id}/pay: invoice.paid",
            "POST /profile: ", "PUT /plans: invoice.paid, plan.listed",
        ]);
        mapped!.GetFreshetMutations().ShouldAllBe(mutation => mutation.Trigger == TriggerKind.UserAction);

        await app.Client.WriteAsync("/invoices/inv_1/pay");
        (await app.Freshet.Log.FollowAsync(0).FirstAsync()).Action.ShouldBe("POST /invoices/{id}/pay");
    }

    [Fact]
    public async Task A_groups_declaration_lists_its_writes_and_those_reads_that_declare_something_themselves()
    {
        WebApplication? mapped = null;
        await using var app = await TestApp.StartAsync(app =>
        {
            mapped = app;
            var group = app.MapGroup("/group").Raises<InvoicePaid>();
            group.MapGet("/read", () => "");
            group.MapPost("/write", () => "").Raises<PlanListed>();
            group.MapGet("/confirm", () => "").UserAction();
            group.MapMethods("/both", ["GET", "POST"], () => "");
        });

        mapped!.GetFreshetMutations().Select(Text).ShouldBe(
            ["GET /group/confirm: invoice.paid", "POST /group/both: invoice.paid", "POST /group/write: invoice.paid, plan.listed"]);
    }

    [Fact]
    public async Task Actions_of_controllers_and_handlers_of_pages_are_listed_without_their_reads()
    {
        WebApplication? mapped = null;
        await using var app = await TestApp.StartAsync(app =>
        {
            mapped = app;
            app.MapControllers();
            app.MapRazorPages();
        }, builder =>
        {
            builder.Services.AddControllers();
            builder.Services.AddRazorPages();
        });

        var listed = mapped!.GetFreshetMutations().Select(Text).ToList();

        listed.ShouldContain("POST /mvc/invoices/{id}/pay: invoice.paid");
        listed.ShouldContain("POST /mvc/invoices/{id}/pay-twice-declared: invoice.paid, plan.listed");
        listed.ShouldContain("POST /pages/pay/{id}: invoice.paid");
        listed.ShouldNotContain(line => line.Contains(" /pages/") && !line.StartsWith("POST "));
        listed.Where(line => line.Contains(" /mvc/account/")).ShouldBe(["GET /mvc/account/declared: ", "POST /mvc/account/write: "]);
        listed.ShouldNotContain("GET /mvc/invoices/{id}: ");
    }

    [Fact]
    public void They_can_be_asked_for_before_the_host_starts()
    {
        var app = Unstarted();
        app.MapPay();
        app.MapGroup("/group").Raises<PlanListed>().MapPost("/a", () => "");

        app.GetFreshetMutations().Select(Text).ShouldBe(["POST /group/a: plan.listed", "POST /invoices/{id}/pay: invoice.paid"]);
    }

    [Fact]
    public void Asking_before_the_host_starts_finds_undeclared_events_too()
    {
        var app = Unstarted();
        app.MapPost("/refund", () => "").Raises<RefundIssued>();

        Should.Throw<CatalogException>(() => app.ExportFreshetCatalog()).Faults.Single().Declaration.ShouldBe("POST /refund");
    }

    [Fact]
    public void The_export_has_them_among_the_catalogs_own_and_all_else_unchanged()
    {
        var app = Unstarted();
        app.MapPay();
        app.MapPost("/a", () => "").UserAction();
        var catalog = app.Services.GetRequiredService<IFreshet>().Catalog;

        var text = app.ExportFreshetCatalog();

        var exported = JsonDocument.Parse(text).RootElement;
        exported.GetProperty("mutations").EnumerateArray().Select(mutation => mutation.GetRawText().ReplaceLineEndings("").Replace(" ", "")).ShouldBe(
        [
            """{"name":"POST/a","owner":null,"catalog":null,"events":[],"trigger":"userAction"}""",
            """{"name":"POST/invoices/{id}/pay","owner":null,"catalog":null,"events":["invoice.paid"],"trigger":"userAction"}""",
            """{"name":"nightly","owner":"job-team","catalog":"Jobs","events":["coupon.used"]}""",
        ]);
        var own = JsonDocument.Parse(catalog.ToJson()).RootElement;
        foreach (var member in own.EnumerateObject().Where(member => member.Name != "mutations"))
            JsonElement.DeepEquals(member.Value, exported.GetProperty(member.Name)).ShouldBeTrue(member.Name);
        app.ExportFreshetCatalog().ShouldBe(text);
    }

    [Fact]
    public async Task An_endpoint_of_the_host_can_answer_with_it()
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            app.MapPay();
            app.MapGet("/contract", () => TypedResults.Text(app.ExportFreshetCatalog(), "application/json"));
        });

        var answer = await app.Client.ReadAsync("/contract");

        (await answer.JsonAsync())["mutations"]!.AsArray().Single()!["name"]!.GetValue<string>().ShouldBe("POST /invoices/{id}/pay");
    }

    [Fact]
    public async Task Nothing_answers_with_it_unless_the_host_maps_it()
    {
        await using var app = await TestApp.StartAsync(app => app.MapReads());

        app.Services.GetRequiredService<EndpointDataSource>().Endpoints.Count.ShouldBe(3);
    }

    private static string Text(EndpointMutation mutation) => $"{mutation.Name}: {string.Join(", ", mutation.Events)}";

    private static WebApplication Unstarted()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Services.AddSingleton<Ledger>();
        builder.Services.AddFreshet().Add<Desk>().Add<Jobs>();
        return builder.Build();
    }

    private sealed class Jobs() : Catalog(owner: "job-team")
    {
        public static readonly Tag<string> Coupon = new("coupon");
        public static readonly Event<CouponUsed> Used = new Event<CouponUsed>("coupon.used").Invalidates(Coupon, e => e.CouponId);
        public static readonly Mutation Nightly = new Mutation("nightly").Raises<CouponUsed>();
    }
}
