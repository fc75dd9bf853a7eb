using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Workspace;

/// <summary>Loads what happened to an invoice, possibly nothing; null when there is no such invoice.</summary>
internal sealed class InvoiceHistoryLoader(AuditReads audit, InvoiceReads invoices) : IQueryLoader<string, IReadOnlyList<AuditEntry>?>
{
    public async Task<IReadOnlyList<AuditEntry>?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        var rows = await audit.InvoiceAsync(args, cancellationToken);
        if (rows.Count > 0 || await invoices.FindAsync(args, cancellationToken) is not null) return rows;
        context.DoNotCache();
        return null;
    }
}
