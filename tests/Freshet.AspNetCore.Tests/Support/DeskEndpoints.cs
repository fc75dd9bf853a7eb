namespace Freshet.AspNetCore.Tests;

/// <summary>The endpoints most tests need.</summary>
public static class DeskEndpoints
{
    public static void MapReads(this WebApplication app)
    {
        app.MapGet("/invoices/{id}", (string id, IFreshet freshet, CancellationToken ct) => freshet.ReadAsync(Desk.Invoice, id, ct));
        app.MapGet("/accounts/{id:minlength(3)}/name", (string id, IFreshet freshet, CancellationToken ct) => freshet.ReadAsync(Desk.AccountName, id, ct));
        app.MapGet("/ping", () => "pong");
    }

    public static RouteHandlerBuilder MapPay(this IEndpointRouteBuilder app, string pattern = "/invoices/{id}/pay") =>
        app.MapPost(pattern, (string id, Ledger ledger, IFreshet freshet) =>
        {
            var invoice = ledger.Pay(id);
            freshet.Raise(new InvoicePaid(id, "acc_88"));
            return invoice;
        }).Raises<InvoicePaid>();
}
