using BillingDesk.Data;
using Freshet;

namespace BillingDesk.Accounts;

/// <summary>Loads the statement of an account.</summary>
internal sealed class StatementLoader(StatementReads statements, DeskClock clock) : IQueryLoader<string, AccountStatement?>
{
    public async Task<AccountStatement?> LoadAsync(string args, LoadContext context, CancellationToken cancellationToken)
    {
        context.ExpireWithin(clock.UntilTomorrow); // counts days overdue; before the read, as in SummaryLoader
        var statement = await statements.FindAsync(args, cancellationToken);
        if (statement is null) context.DoNotCache();
        return statement;
    }
}
