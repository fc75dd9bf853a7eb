using System.Globalization;
using BillingDesk.Data;

namespace BillingDesk.Growth;

/// <summary>Decides what to suggest to an account from its plan and its usage.</summary>
internal static class Suggestions
{
    private const int NearlyUsedUp = 80; // percent of the allowance
    private const int HardlyUsed = 20;

    /// <summary>What fits the usage first, then what is worth a look for anybody on the plan.</summary>
    public static IReadOnlyList<Recommendation> For(RecommendationFacts facts)
    {
        var at = facts.Plans.ToList().FindIndex(plan => plan.PlanId == facts.PlanId);
        var current = facts.Plans[at];
        var percent = facts.UsedUnits * 100 / current.IncludedUnits;
        Recommendation? byUsage = percent switch
        {
            >= NearlyUsedUp when at + 1 < facts.Plans.Count => Larger(facts.UsedUnits, current, facts.Plans[at + 1]),
            >= NearlyUsedUp => AddOn(facts.UsedUnits, current),
            // The smaller plan must have room to spare, or it would be outgrown at once.
            < HardlyUsed when at > 0 && facts.UsedUnits * 2 <= facts.Plans[at - 1].IncludedUnits => Smaller(facts.UsedUnits, current, facts.Plans[at - 1]),
            _ => null,
        };
        return byUsage is null ? facts.OnPlan : [byUsage, .. facts.OnPlan];
    }

    private static Recommendation Larger(long used, PlanAllowance current, PlanAllowance next) => new(
        "usage-larger", $"Move to {next.Name}",
        Text($"{used:N0} of {current.IncludedUnits:N0} units are used. {next.Name} includes {next.IncludedUnits:N0} for {next.MonthlyCents / 100m:N2} EUR a month."));

    private static Recommendation AddOn(long used, PlanAllowance current) => new(
        "usage-add-on", "Add a usage pack",
        Text($"{used:N0} of {current.IncludedUnits:N0} units are used, and {current.Name} is the largest plan. A pack adds a tenth of it."));

    private static Recommendation Smaller(long used, PlanAllowance current, PlanAllowance smaller) => new(
        "usage-smaller", $"{smaller.Name} would do",
        Text($"{used:N0} of {current.IncludedUnits:N0} units are used. {smaller.Name} includes {smaller.IncludedUnits:N0} for {smaller.MonthlyCents / 100m:N2} EUR a month."));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
