namespace BillingDesk.Data;

/// <summary>The footer below every page of the route group <c>/plain</c>.</summary>
/// <param name="Text">Plain text; encode it when you render it.</param>
/// <param name="Version">1 when new; each write adds 1.</param>
/// <param name="UpdatedAt">When it was last written (UTC).</param>
public sealed record SiteFooter(string Text, long Version, DateTime UpdatedAt);
