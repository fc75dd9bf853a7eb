using Freshet;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<Db>();
builder.Services.AddFreshet().Add<Billing>();

var app = builder.Build();
app.UseFreshet();
app.MapGet("/accounts/{id}/summary", (string id, IFreshet freshet, CancellationToken ct) => freshet.ReadAsync(Billing.Summary, id, ct));
app.MapPost("/invoices/{id}/pay", async (string id, Db db, IFreshet freshet, CancellationToken ct) =>
{
    var invoice = await db.PayAsync(id, ct);
    freshet.Raise(new InvoicePaid(invoice.Id, invoice.AccountId));
    return invoice;
}).Raises<InvoicePaid>();
app.Run();

record InvoicePaid(string InvoiceId, string AccountId);

class Billing() : Catalog(owner: "billing-team")
{
    public static readonly Tag<string> Account = new("account");
    public static readonly Event<InvoicePaid> Paid = new Event<InvoicePaid>("invoice.paid").Invalidates(Account, e => e.AccountId);
    public static readonly CachedQuery<string, Summary> Summary = new CachedQuery<string, Summary>("account-summary", RiskLevel.High)
        .DependsOn(Account, id => id)
        .LoadWith((Db db, string id, CancellationToken ct) => db.SummaryAsync(id, ct));
}
