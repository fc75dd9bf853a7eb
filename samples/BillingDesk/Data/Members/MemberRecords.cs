namespace BillingDesk.Data;

/// <summary>A member of an organisation.</summary>
/// <param name="UserId">Such as <c>user_88</c>.</param>
/// <param name="Name">The user's name.</param>
/// <param name="Role">One of <see cref="MemberRole"/>.</param>
public sealed record MemberRow(string UserId, string Name, string Role);

/// <summary>An organisation a user is a member of.</summary>
/// <param name="OrgId">The account's id, such as <c>acc_88</c>.</param>
/// <param name="Name">The account's name.</param>
/// <param name="Role">One of <see cref="MemberRole"/>.</param>
public sealed record OrganisationRow(string OrgId, string Name, string Role);

/// <summary>The roles a member can have, as written in JSON.</summary>
public static class MemberRole
{
    /// <summary>May do everything. An organisation always has at least one.</summary>
    public const string Owner = "owner";

    /// <summary>Manages members.</summary>
    public const string Admin = "admin";

    /// <summary>Works with invoices.</summary>
    public const string Member = "member";

    /// <summary>Looks only.</summary>
    public const string Viewer = "viewer";

    /// <summary>All roles, the most powerful first.</summary>
    public static IReadOnlyList<string> All { get; } = [Owner, Admin, Member, Viewer];

    /// <summary>Whether this is a role, spelled exactly.</summary>
    public static bool IsKnown(string? role) => role is Owner or Admin or Member or Viewer;
}
