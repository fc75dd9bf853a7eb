using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Freshet.AspNetCore.Tests;

public sealed record RefundIssued(string InvoiceId);

public sealed record CouponUsed(string CouponId);

/// <summary>An event that an endpoint declares and no catalog knows would only be missed by Raise, after the commit. The host does not start with it.</summary>
public sealed class UndeclaredEventTests
{
    [Fact]
    public async Task An_endpoint_that_raises_an_event_no_catalog_declares_stops_the_start()
    {
        var error = await FailsToStart(app => app.MapPost("/invoices/{id}/refund", (string id) => id).Raises<RefundIssued>());

        var fault = error.Faults.ShouldHaveSingleItem();
        fault.Kind.ShouldBe(CatalogFaultKind.UnknownDeclaration);
        fault.Declaration.ShouldBe("POST /invoices/{id}/refund");
        fault.ToString().ShouldBe(
            "mutation 'POST /invoices/{id}/refund': it raises Freshet.AspNetCore.Tests.RefundIssued, and no composed catalog declares an event of that type. "
            + "Declare an Event<RefundIssued>, add the catalog that does with AddFreshet().Add<TCatalog>(), or take the declaration off the endpoint.");
    }

    [Fact]
    public async Task All_of_them_are_told_at_once_and_the_declared_ones_are_not()
    {
        var error = await FailsToStart(app =>
        {
            app.MapPay();
            app.MapPost("/b", () => "").Raises<InvoicePaid>().Raises<RefundIssued>().Raises<CouponUsed>();
            var group = app.MapGroup("/group").Raises<RefundIssued>();
            group.MapPut("/a", () => "");
            group.MapGet("/a", () => ""); // left alone: the group's declaration is about its writes
        });

        error.Faults.Select(fault => (fault.Declaration, fault.What.Split(' ')[2].Split('.')[^1].TrimEnd(','))).ShouldBe(
            [("POST /b", nameof(CouponUsed)), ("POST /b", nameof(RefundIssued)), ("PUT /group/a", nameof(RefundIssued))]);
    }

    [Fact]
    public async Task Nothing_listens_yet_when_it_is_found()
    {
        await using var app = Build<Desk>(app => app.MapPost("/refund", () => "").Raises<RefundIssued>());

        await Should.ThrowAsync<CatalogException>(() => app.StartAsync());

        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .ShouldBe(["http://127.0.0.1:0"]); // still the port 0 it was asked for
    }

    [Fact]
    public async Task Controllers_are_checked_too()
    {
        var error = await FailsToStart<PlansOnly>(app => app.MapControllers(), builder => builder.Services.AddControllers());

        var names = error.Faults.Select(fault => fault.Declaration).ToList();
        names.ShouldContain("POST /mvc/invoices/{id}/pay");
        names.ShouldNotContain(name => name.StartsWith("GET "));
    }

    [Fact]
    public async Task Razor_pages_are_checked_before_anyone_opens_one()
    {
        var error = await FailsToStart<PlansOnly>(app => app.MapRazorPages(), builder => builder.Services.AddRazorPages());

        error.Faults.Select(fault => fault.Declaration).ShouldBe(["POST /pages/pay/{id}"]);
    }

    private static Task<CatalogException> FailsToStart(Action<WebApplication> map) => FailsToStart<Desk>(map);

    private static async Task<CatalogException> FailsToStart<TCatalog>(Action<WebApplication> map, Action<WebApplicationBuilder>? configure = null) where TCatalog : Catalog, new()
    {
        await using var app = Build<TCatalog>(map, configure);
        return await Should.ThrowAsync<CatalogException>(() => app.StartAsync());
    }

    private static WebApplication Build<TCatalog>(Action<WebApplication> map, Action<WebApplicationBuilder>? configure = null) where TCatalog : Catalog, new()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<Ledger>();
        builder.Services.AddFreshet().Add<TCatalog>();
        configure?.Invoke(builder);
        var app = builder.Build();
        app.UseFreshet();
        map(app);
        return app;
    }

    private sealed class PlansOnly() : Catalog(owner: "plan-team")
    {
        public static readonly Tag<string> PlanList = new("plan-list");
        public static readonly Event<PlanListed> Listed = new Event<PlanListed>("plan.listed").Invalidates(PlanList.For("all"));
    }
}
