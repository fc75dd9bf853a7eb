namespace BillingDesk.Data;

/// <summary>The states of an invoice, as written in JSON.</summary>
public static class InvoiceStatus
{
    /// <summary>Not paid, due today or later.</summary>
    public const string Open = "open";

    /// <summary>Not paid, due before today.</summary>
    public const string PastDue = "past_due";

    /// <summary>Paid.</summary>
    public const string Paid = "paid";

    internal static string Of(string? paidAt, DateOnly dueOn, DateOnly today) =>
        paidAt is not null ? Paid : dueOn < today ? PastDue : Open;
}
