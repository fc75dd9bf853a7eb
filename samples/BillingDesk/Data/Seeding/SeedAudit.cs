using System.Data.Common;

namespace BillingDesk.Data;

/// <summary>What led to the seeded state: every account took its plan, and every paid invoice was paid.</summary>
internal static class SeedAudit
{
    public static void Write(
        DbConnection connection, DbTransaction transaction, SeedPeople people, SeedInvoices invoices, SeedDays days)
    {
        var plans = people.Accounts.Select((account, index) =>
            (At: days.Instant(-account.AgeInDays), Account: index + 1, Action: "subscription.changed", Subject: account.PlanName));
        var payments = invoices.All.Where(invoice => invoice.PaidAt is not null).Select(invoice =>
            (At: invoice.PaidAt!.Value, invoice.Account, Action: "invoice.paid", Subject: invoice.Number));

        // A timeline is read by id, so ids follow time. The sort is stable: rows of one instant keep their order.
        SeedTable.Fill(
            connection, transaction, "audit", "account_id, at, actor, action, subject",
            plans.Concat(payments).OrderBy(row => row.At)
                .Select(row => (object?[])[$"acc_{row.Account}", SqlText.Of(row.At), people.OwnerOf(row.Account), row.Action, row.Subject]));
    }
}
