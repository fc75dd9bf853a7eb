namespace BillingDesk.Data;

/// <summary>How a payment ended.</summary>
public abstract record PayOutcome
{
    private PayOutcome() { }

    /// <summary>The invoice is paid now.</summary>
    /// <param name="Invoice">As it is after the payment.</param>
    public sealed record Paid(InvoiceDetail Invoice) : PayOutcome;

    /// <summary>It was paid before; nothing was written.</summary>
    /// <param name="Invoice">As it is.</param>
    public sealed record AlreadyPaid(InvoiceDetail Invoice) : PayOutcome;

    /// <summary>There is no such invoice; nothing was written.</summary>
    public sealed record NotFound : PayOutcome;
}

/// <summary>How an edit ended.</summary>
public abstract record EditOutcome
{
    private EditOutcome() { }

    /// <summary>The edit is in.</summary>
    /// <param name="Invoice">As it is after the edit.</param>
    public sealed record Edited(InvoiceDetail Invoice) : EditOutcome;

    /// <summary>Somebody else wrote the invoice after the caller read it; nothing was written.</summary>
    /// <param name="Current">As it is, to show and to edit again.</param>
    public sealed record Stale(InvoiceDetail Current) : EditOutcome;

    /// <summary>There is no such invoice; nothing was written.</summary>
    public sealed record NotFound : EditOutcome;
}
