using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Workspace;

/// <summary>Loads the organisations of a user, possibly none; null when there is no such user.</summary>
internal sealed class MyOrganisationsLoader(MemberReads members, ProfileReads profiles) : IQueryLoader<string, IReadOnlyList<OrganisationRow>?>
{
    public async Task<IReadOnlyList<OrganisationRow>?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        var rows = await members.OrganisationsAsync(args, cancellationToken);
        if (rows.Count > 0 || await profiles.FindAsync(args, cancellationToken) is not null) return rows;
        context.DoNotCache();
        return null;
    }
}
