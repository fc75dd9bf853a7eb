using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Workspace;

/// <summary>Loads the members of an organisation; null when there is no such organisation.</summary>
internal sealed class MembersLoader(MemberReads members) : IQueryLoader<string, IReadOnlyList<MemberRow>?>
{
    public async Task<IReadOnlyList<MemberRow>?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        var rows = await members.TeamAsync(args, cancellationToken);
        if (rows.Count == 0)
        {
            // An organisation always has an owner, so without rows there is none. Never cached: no event names its creation, and
            // whoever tries ids must not fill the cache.
            context.DoNotCache();
            return null;
        }
        foreach (var row in rows) context.AddTag(WorkspaceCatalog.Profile.For(row.UserId));
        return rows;
    }
}
