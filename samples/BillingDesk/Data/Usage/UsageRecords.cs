namespace BillingDesk.Data;

/// <summary>What an account used, day by day, as far as the pipeline has come.</summary>
/// <param name="AccountId">Such as <c>acc_88</c>.</param>
/// <param name="IncludedUnits">What its plan includes in <see cref="UsageReads.ChartDays"/> days.</param>
/// <param name="UsedUnits">The sum of the days.</param>
/// <param name="AsOf">Everything that had arrived by then is in (UTC); nothing that arrived later is.</param>
/// <param name="Days">The <see cref="UsageReads.ChartDays"/> days up to that of <paramref name="AsOf"/>, the oldest first; one without usage has 0 units.</param>
public sealed record UsageChart(string AccountId, long IncludedUnits, long UsedUnits, DateTime AsOf, IReadOnlyList<UsageDay> Days);

/// <summary>The usage of one day.</summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Units">How much.</param>
public sealed record UsageDay(DateOnly Day, long Units);

/// <summary>A run of the usage pipeline.</summary>
/// <param name="AsOf">What had arrived by then is in the daily sums now (UTC).</param>
/// <param name="Rows">How many raw rows were added to them.</param>
/// <param name="AccountIds">Whose sums changed, in order.</param>
public sealed record UsageRollUp(DateTime AsOf, long Rows, IReadOnlyList<string> AccountIds);
