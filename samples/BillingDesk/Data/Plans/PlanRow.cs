namespace BillingDesk.Data;

/// <summary>A plan on the price list.</summary>
/// <param name="Id">Such as <c>plan_pro</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="MonthlyCents">The price of a month, in cents.</param>
public sealed record PlanRow(string Id, string Name, long MonthlyCents)
{
    /// <summary>The list is priced in euro, whatever an account pays its invoices in.</summary>
    public string Currency => "EUR";
}
