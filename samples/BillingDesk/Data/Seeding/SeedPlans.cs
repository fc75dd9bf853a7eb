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
        SeedTable.Fill(
            connection, transaction, "plans", "id, name, monthly_cents, version, updated_at",
            All.Select(plan => (object?[])[plan.Id, plan.Name, plan.MonthlyCents, 1L, at]));
        SeedTable.Fill(connection, transaction, "allowances", "plan_id, included_units", All.Select(plan => (object?[])[plan.Id, plan.IncludedUnits]));
        SeedTable.Fill(
            connection, transaction, "recommendations", "id, plan_id, position, title, reason",
            _recommendations.Select((each, index) => (object?[])[$"rec_{index + 1}", each.PlanId, index + 1L, each.Title, each.Reason]));
        SeedTable.Fill(
            connection, transaction, "footers", "route_group, text, version, updated_at",
            [
                [FooterGroup.Plain, "Billing Desk, a sample for Freshet. The data is made up.", 1L, at],
                [FooterGroup.Statements, "Please quote the invoice number when you pay. The data is made up.", 1L, at],
            ]);
    }
}
