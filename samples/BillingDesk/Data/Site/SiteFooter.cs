namespace BillingDesk.Data;

/// <summary>The footer below every page of a route group.</summary>
/// <param name="Text">Plain text; encode it when you render it.</param>
/// <param name="Version">1 when new; each write adds 1.</param>
/// <param name="UpdatedAt">When it was last written (UTC).</param>
public sealed record SiteFooter(string Text, long Version, DateTime UpdatedAt);

/// <summary>The route groups that have a footer.</summary>
public static class FooterGroup
{
    /// <summary>The desk for browsers without script.</summary>
    public const string Plain = "/plain";

    /// <summary>The statements to print.</summary>
    public const string Statements = "/statements";
}
