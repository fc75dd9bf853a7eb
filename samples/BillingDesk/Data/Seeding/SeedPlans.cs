using System.Data.Common;

namespace BillingDesk.Data;

/// <summary>The price list, what each plan includes, what to recommend on it, and the footers.</summary>
internal static class SeedPlans
{
    public static readonly (string Id, string Name, long MonthlyCents, long IncludedUnits)[] All =
    [
        ("plan_starter", "Starter", 0, 1_000),
        ("plan_team", "Team", 4_900, 10_000),
        ("plan_pro", "Pro", 9_900, 50_000),
        ("plan_scale", "Scale", 24_900, 250_000),
    ];

    private static readonly (string PlanId, string Title, string Reason)[] _recommendations =
    [
        ("plan_starter", "Add a payment method", "Invoices can then be paid on their due date by themselves."),
        ("plan_starter", "Import your customers", "A file with names and addresses is enough."),
        ("plan_team", "Invite an admin", "Two people should be able to manage members."),
        ("plan_team", "Turn on reminders", "Members are told a week before an invoice is due."),
        ("plan_pro", "Schedule a report export", "Pro includes a weekly export to your storage."),
        ("plan_pro", "Pay by the year", "A year costs ten months."),
        ("plan_scale", "Book your training day", "Scale includes one day a quarter."),
        ("plan_scale", "Review who is an owner", "Large teams collect more owners than they need."),
    ];

    public static void Write(DbConnection connection, DbTransaction transaction, SeedDays days)
    {
        var at = SqlText.Of(days.Instant(-400));
        using (var plans = new SeedTable(connection, transaction, "plans", "id", "name", "monthly_cents", "version", "updated_at"))
            foreach (var plan in All) plans.Add(plan.Id, plan.Name, plan.MonthlyCents, 1L, at);

        using (var allowances = new SeedTable(connection, transaction, "allowances", "plan_id", "included_units"))
            foreach (var plan in All) allowances.Add(plan.Id, plan.IncludedUnits);

        using (var rows = new SeedTable(connection, transaction, "recommendations", "id", "plan_id", "position", "title", "reason"))
            for (var index = 0; index < _recommendations.Length; index++)
            {
                var (planId, title, reason) = _recommendations[index];
                rows.Add($"rec_{index + 1}", planId, (long)index + 1, title, reason);
            }

        using var footers = new SeedTable(connection, transaction, "footers", "route_group", "text", "version", "updated_at");
        footers.Add(FooterGroup.Plain, "Billing Desk, a sample for Freshet. The data is made up.", 1L, at);
        footers.Add(FooterGroup.Statements, "Please quote the invoice number when you pay. The data is made up.", 1L, at);
    }
}
