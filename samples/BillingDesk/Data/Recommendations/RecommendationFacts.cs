namespace BillingDesk.Data;

/// <summary>Something worth a look for an account.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">What to do.</param>
/// <param name="Reason">Why.</param>
public sealed record Recommendation(string Id, string Title, string Reason);

/// <summary>What a recommendation is made from.</summary>
/// <param name="PlanId">The plan the account is on.</param>
/// <param name="UsedUnits">What it used in the last <see cref="UsageReads.ChartDays"/> days, as far as the pipeline has come.</param>
/// <param name="Plans">All plans with what they include, the smallest first.</param>
/// <param name="OnPlan">What is worth a look for anybody on that plan.</param>
public sealed record RecommendationFacts(
    string PlanId, long UsedUnits, IReadOnlyList<PlanAllowance> Plans, IReadOnlyList<Recommendation> OnPlan);

/// <summary>A plan and what it includes.</summary>
/// <param name="PlanId">The plan.</param>
/// <param name="Name">Its name on the price list.</param>
/// <param name="MonthlyCents">The price of a month, in cents.</param>
/// <param name="IncludedUnits">Units of usage included in <see cref="UsageReads.ChartDays"/> days.</param>
public sealed record PlanAllowance(string PlanId, string Name, long MonthlyCents, long IncludedUnits);
