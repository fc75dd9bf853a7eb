namespace Freshet.EntityFrameworkCore.Tests;

public sealed record InvoicePaid(string InvoiceId);

public sealed class Billing() : Catalog("billing-team")
{
    public static readonly Tag<string> Invoice = new("invoice");

    public static readonly Event<InvoicePaid> Paid = new Event<InvoicePaid>("invoice.paid").Invalidates(Invoice, e => e.InvoiceId);

    public static readonly CachedQuery<string, int> Balance = new CachedQuery<string, int>("balance", RiskLevel.High)
        .DependsOn(Invoice, id => id)
        .LoadWith(async (Desk desk, string id, CancellationToken ct) => await desk.Invoices.Where(invoice => invoice.Id == id).Select(invoice => invoice.Paid).SingleAsync(ct));
}

public sealed class Invoice
{
    public required string Id { get; set; }

    public int Paid { get; set; }
}

/// <summary>The application's context: an entity of its own, and the outbox.</summary>
public class Desk(DbContextOptions<Desk> options) : DbContext(options)
{
    public DbSet<Invoice> Invoices => Set<Invoice>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.UseFreshetOutbox();
}

/// <summary>Another context of the same database, of another team.</summary>
public sealed class Ledger(DbContextOptions<Ledger> options) : DbContext(options)
{
    public DbSet<Posting> Postings => Set<Posting>();
}

public sealed class Posting
{
    public required string Id { get; set; }
}
