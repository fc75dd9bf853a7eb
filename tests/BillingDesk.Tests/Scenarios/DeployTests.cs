using BillingDesk.Billing;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace BillingDesk.Tests;

/// <summary>S30: a deploy changes a cached type, and both versions of the desk run side by side.</summary>
public sealed class DeployTests
{
    private const string Path = "/api/titles/inv_123";

    [Fact]
    public async Task S30_EachVersionReadsItsOwnShapeBeforeAndAfterAWrite()
    {
        await using var old = await DeskHost.StartAsync(
            builder => builder.Services.AddFreshet().Add<BeforeDeploy>(),
            app => app.MapGet("/api/titles/{id}", async (string id, IFreshet freshet) => Results.Json(await freshet.ReadAsync(BeforeDeploy.Title, id))));
        await using var renewed = await DeskHost.StartAsync(
            builder => builder.Services.AddFreshet().Add<AfterDeploy>(),
            app => app.MapGet("/api/titles/{id}", async (string id, IFreshet freshet) => Results.Json(await freshet.ReadAsync(AfterDeploy.Title, id))));

        (await old.ReadAsync<string>(Path)).Value.ShouldBe("BD-00123 past_due");
        (await renewed.ReadAsync<TitleRow>(Path)).Value.ShouldBe(new TitleRow("BD-00123", "past_due"));

        foreach (var desk in (DeskHost[])[old, renewed])
            (await desk.WriteAsync(HttpMethod.Post, "/api/invoices/inv_123/pay")).Status.ShouldBe(HttpStatusCode.OK);

        for (var read = 0; read < 2; read++)
        {
            (await old.ReadAsync<string>(Path)).Value.ShouldBe("BD-00123 paid");
            (await renewed.ReadAsync<TitleRow>(Path)).Value.ShouldBe(new TitleRow("BD-00123", "paid"));
        }
        old.Freshet.Catalog.ToJson().ShouldNotBe(renewed.Freshet.Catalog.ToJson(), "the schema number tells the versions apart");
    }

    private sealed record TitleRow(string Number, string Status);

    private sealed class BeforeDeploy() : Catalog("title-team")
    {
        public static readonly CachedQuery<string, string> Title = new CachedQuery<string, string>("invoice-title", RiskLevel.High)
            .DependsOn(BillingCatalog.Invoice, id => id)
            .LoadWith(async (InvoiceReads invoices, string id, CancellationToken ct) =>
                await invoices.FindAsync(id, ct) is { } invoice ? $"{invoice.Number} {invoice.Status}" : "");
    }

    private sealed class AfterDeploy() : Catalog("title-team")
    {
        public static readonly CachedQuery<string, TitleRow?> Title = new CachedQuery<string, TitleRow?>("invoice-title", RiskLevel.High, schema: 2)
            .DependsOn(BillingCatalog.Invoice, id => id)
            .LoadWith(async (InvoiceReads invoices, string id, CancellationToken ct) =>
                await invoices.FindAsync(id, ct) is { } invoice ? new TitleRow(invoice.Number, invoice.Status) : null);
    }
}
