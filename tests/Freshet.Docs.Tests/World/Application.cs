using System.Data.Common;
using Freshet;

namespace Examples;

// What the application of the pages is made of. Nobody runs it.

public sealed class Summary
{
    public string? Name { get; init; }
}

public sealed record Invoice(string Id, string AccountId, string Status, bool IsDraft, long Version)
{
    public bool Paid { get; set; }
}

public sealed record Card;

public sealed record Report;

public sealed record Organisation(string Id);

public sealed record Rebuild(string AccountId);

public sealed record Rebuilt;

public sealed record InvoicePaid(string InvoiceId, string AccountId);

public sealed record InvoiceEdited(string InvoiceId, string AccountId, long Version = 0);

public sealed record SummaryRebuilt(string Id);

public sealed record UserRenamed(string UserId, string Name);

public sealed class Tenant
{
    public string Name { get; set; } = "";
}

public sealed class Db
{
    public Task<Summary> SummaryAsync(string id, CancellationToken ct) => throw new NotSupportedException();

    public Task<Invoice> PayAsync(string id, CancellationToken ct) => throw new NotSupportedException();

    public Task<Invoice> PayAsync(string id, DbTransaction transaction, CancellationToken ct) => throw new NotSupportedException();

    public Task<DbTransaction> BeginAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task<Invoice> InvoiceAsync(string id, CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyDictionary<string, Invoice?>> InvoicesAsync(IReadOnlyList<string> ids, CancellationToken ct) => throw new NotSupportedException();

    public Task<Card> CardAsync(string id, CancellationToken ct = default) => throw new NotSupportedException();
}

public static class Invoices
{
    public static Task<Invoice> SettleAsync(DbTransaction transaction, string id, CancellationToken ct) => throw new NotSupportedException();
}

public static class Summaries
{
    public static Task<Rebuilt> RebuildAsync(DbTransaction transaction, string id, CancellationToken ct) => throw new NotSupportedException();
}

/// <summary>What one page uses and another declares.</summary>
public class Billing() : Catalog("billing-team")
{
    public static readonly Tag<string> Account = new("account");
    public static readonly Tag<string> Plan = new("plan");
    public static readonly Tag<string> Plans = new("plans");
    public static readonly Tag<string> PlanList = new("plan-list");
    public static readonly Tag<string> InvoiceTag = new("invoice");
    public static readonly Event<InvoicePaid> Paid = null!;
    public static readonly CachedQuery<string, Summary> Summary = null!;
    public static readonly CachedQuery<string, Summary> Badge = null!;
    public static readonly CachedQuery<string, Invoice?> Invoice = null!;
    public static readonly Screen Desk = null!;
    public static readonly OperationKind<Rebuild, Rebuilt> RebuildSummary = null!;
}

public sealed class Workspace() : Catalog("workspace-team")
{
    public static readonly Tag<string> Profile = new("profile");
}

/// <summary>What statements call without a name before it, and what a chain hangs on.</summary>
public class Functions
{
    public const string Pay = "";
    public static readonly Tag<string> Account = new("account");
    public static readonly Tag<string> InvoiceTag = new("invoice");
    public static readonly CachedQuery<string, Invoice> AQuery = null!;
    public static readonly Event<InvoiceEdited> AnEvent = null!;

    public static Task RebuildAsync(Organisation organisation) => throw new NotSupportedException();

    public static ValueTask<Report> LoadAsync(string id, CancellationToken ct) => throw new NotSupportedException();
}
