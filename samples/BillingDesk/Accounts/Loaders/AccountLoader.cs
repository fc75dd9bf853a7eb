using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Accounts;

/// <summary>Loads the name of an account.</summary>
internal sealed class AccountLoader(AccountReads accounts) : IQueryLoader<string, AccountName?>
{
    public async Task<AccountName?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(args, cancellationToken);
        if (account is null) context.DoNotCache();
        return account;
    }
}
