using BillingDesk.Billing;
using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Accounts;

/// <summary>Loads one page of the table of all accounts, and says what it depends on.</summary>
/// <remarks>
/// A constant tag for the whole table would be the broad choice: every payment would have to name it, and then every payment anywhere
/// would outdate every page, and be one tag less exact for everybody else. So the tags are those that the writes name already, found here:
/// <list type="bullet">
/// <item>A page sorted by name depends on the accounts it shows. What happens to others cannot move an account onto it: names do
/// not change, and no event creates an account. (One that does will have a tag to add here.)</item>
/// <item>A page sorted by what is owed depends on every account: a payment two pages on moves accounts across the edge of this
/// one. So it carries the invoices of all of them. That is the truth about such a page, and affordable for a hundred accounts; for
/// a hundred thousand it would be rolled up at intervals and say how far behind it is, as the usage chart does.</item>
/// </list>
/// </remarks>
internal sealed class AccountTableLoader(AccountTableReads accounts, DeskClock clock) : IQueryLoader<AccountTablePage, AccountTable>
{
    public async Task<AccountTable> LoadAsync(AccountTablePage args, LoadContext context, CancellationToken cancellationToken)
    {
        context.ExpireWithin(clock.UntilTomorrow); // counts what is overdue; before the read, as in SummaryLoader
        var table = await accounts.PageAsync(args.Sort, args.Page, cancellationToken);
        if (args.Page > table.Pages) context.DoNotCache(); // whoever tries page numbers must not fill the cache
        foreach (var row in table.Rows) context.AddTag(AccountsCatalog.Subscription.For(row.AccountId)); // shows each one's plan
        var ranked = args.Sort == AccountSort.Name
            ? table.Rows.Select(row => row.AccountId)
            : await accounts.AccountIdsAsync(cancellationToken);
        foreach (var accountId in ranked) context.AddTag(BillingCatalog.AccountInvoices.For(accountId));
        return table;
    }
}
