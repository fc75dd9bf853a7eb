using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Workspace;

/// <summary>Loads the audit timeline of an account; null when there is no such account.</summary>
internal sealed class TimelineLoader(AuditReads audit, AccountReads accounts) : IQueryLoader<string, IReadOnlyList<AuditEntry>?>
{
    public async Task<IReadOnlyList<AuditEntry>?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        var rows = await audit.TimelineAsync(args, cancellationToken);
        if (rows.Count > 0 || await accounts.BadgeAsync(args, cancellationToken) is not null) return rows;
        context.DoNotCache();
        return null;
    }
}
