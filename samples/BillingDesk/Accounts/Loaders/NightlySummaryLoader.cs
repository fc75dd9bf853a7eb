using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Accounts;

/// <summary>Loads what the nightly job has made of an account.</summary>
internal sealed class NightlySummaryLoader(NightlySummaryReads summaries) : IQueryLoader<string, NightlySummary?>
{
    public async Task<NightlySummary?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        var summary = await summaries.FindAsync(args, cancellationToken);
        if (summary is null) context.DoNotCache(); // an id that does not exist is asked for again each time
        return summary;
    }
}
