namespace BillingDesk.Data;

/// <summary>Rows of the seed that documentation, the page and tests point at.</summary>
public static class SampleIds
{
    internal const int ShowcaseNumber = 88;
    internal const int BusyNumber = 60;

    /// <summary>An account with open, past due and paid invoices. Owner: <c>user_88</c>; also <c>user_188</c> admin, <c>user_288</c> member, <c>user_388</c> viewer.</summary>
    public const string Showcase = "acc_88";

    /// <summary>A past due invoice of <see cref="Showcase"/>.</summary>
    public const string ShowcaseInvoice = "inv_123";

    /// <summary>An account with 260 invoices, 230 of them unpaid: for long lists and for many payments on one screen.</summary>
    public const string Busy = "acc_60";
}
