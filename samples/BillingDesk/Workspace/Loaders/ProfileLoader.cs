using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Workspace;

/// <summary>Loads the profile of a user.</summary>
internal sealed class ProfileLoader(ProfileReads profiles) : IQueryLoader<string, UserProfile?>
{
    public async Task<UserProfile?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        var profile = await profiles.FindAsync(args, cancellationToken);
        if (profile is null) context.DoNotCache();
        return profile;
    }
}
