using BillingDesk.Billing;
using BillingDesk.Data;
using BillingDesk.Workspace;
using Freshet;

namespace BillingDesk.Growth;

/// <summary>Searches all accounts, and tags the result with what its rows show.</summary>
/// <remarks>
/// An invoice is found by its number, which never changes, so its own tag is all there is to know: a payment refreshes the searches
/// that show that invoice, and no other. A person's row shows a name and organisations with roles: two tags.
/// </remarks>
internal sealed class SearchLoader(SearchReads search, DeskClock clock) : IQueryLoader<string, SearchFindings>
{
    public async Task<SearchFindings> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        context.ExpireWithin(clock.UntilTomorrow); // shows due states; before the read, or one just before midnight would live on
        var findings = await search.FindAsync(args, cancellationToken);
        foreach (var invoice in findings.Invoices) context.AddTag(BillingCatalog.Invoice.For(invoice.Id));
        foreach (var person in findings.People)
        {
            context.AddTag(WorkspaceCatalog.Profile.For(person.UserId));
            context.AddTag(WorkspaceCatalog.UserOrganisations.For(person.UserId));
        }
        return findings;
    }
}
