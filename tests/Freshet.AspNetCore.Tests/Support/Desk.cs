using System.Collections.Concurrent;

namespace Freshet.AspNetCore.Tests;

public sealed record InvoicePaid(string InvoiceId, string AccountId);

public sealed record PlanListed(string PlanId);

public sealed record NoteAdded(string AccountId, string Text);

public sealed record Invoice(string Id, string Status, long Version);

/// <summary>The declarations of the tests: invoices of accounts, and plans.</summary>
public sealed class Desk() : Catalog(owner: "desk-team")
{
    public static readonly Tag<string> Account = new Tag<string>("account").HeardBy("account").HeardByHoldersOf("role", "support");
    public static readonly Tag<string> InvoiceTag = new Tag<string>("invoice").HeardWith(Account);
    public static readonly Tag<string> PlanList = new Tag<string>("plan-list").HeardByEveryone();

    public static readonly Event<InvoicePaid> Paid = new Event<InvoicePaid>("invoice.paid")
        .Invalidates(InvoiceTag, e => e.InvoiceId).Invalidates(Account, e => e.AccountId);

    public static readonly Event<PlanListed> Listed = new Event<PlanListed>("plan.listed").Invalidates(PlanList.For("all"));
    public static readonly Event<NoteAdded> Noted = new Event<NoteAdded>("note.added").Invalidates(Account, e => e.AccountId);

    public static readonly CachedQuery<string, Invoice> Invoice = new CachedQuery<string, Invoice>("invoice", RiskLevel.High)
        .DependsOn(InvoiceTag, id => id)
        .VersionedBy(invoice => invoice.Version)
        .LoadWith((Ledger ledger, string id, CancellationToken _) => ledger.ReadAsync(id));

    public static readonly CachedQuery<string, string> AccountName = new CachedQuery<string, string>("account-name", RiskLevel.Medium)
        .DependsOn(Account, id => id)
        .LoadWith((id, _) => Task.FromResult($"Account {id}"));

    public static readonly CachedQuery<string, string> Plans = new CachedQuery<string, string>("plans", RiskLevel.Low)
        .DependsOn(PlanList.For("all"))
        .LoadWith((_, _) => Task.FromResult("starter, pro"));

    public static readonly CachedQuery<int, string> Crowd = new CachedQuery<int, string>("crowd", RiskLevel.Low)
        .FindsTags(Account)
        .LoadWith((Ledger _, int count, LoadContext context, CancellationToken _) =>
        {
            for (var i = 0; i < count; i++) context.AddTag(Account.For($"acc_{i}"));
            return Task.FromResult("crowd");
        });
}

/// <summary>The database of the tests.</summary>
public sealed class Ledger
{
    private readonly ConcurrentDictionary<string, Invoice> _rows = new();
    private int _reads;

    public int Reads => Volatile.Read(ref _reads);

    public Invoice this[string id] => _rows.GetOrAdd(id, static key => new Invoice(key, "open", 1));

    public Invoice Pay(string id) => _rows[id] = this[id] with { Status = "paid", Version = this[id].Version + 1 };

    public Task<Invoice> ReadAsync(string id)
    {
        Interlocked.Increment(ref _reads);
        return Task.FromResult(this[id]);
    }
}
