namespace BillingDesk.Workspace;

/// <summary>A member of an organisation has another role now.</summary>
/// <param name="OrgId">The organisation, which is an account.</param>
/// <param name="UserId">The member.</param>
/// <param name="Role">The role it has now.</param>
public sealed record MemberRoleChanged(string OrgId, string UserId, string Role);

/// <summary>A user is no longer a member of an organisation.</summary>
/// <param name="OrgId">The organisation, which is an account.</param>
/// <param name="UserId">Who was removed.</param>
public sealed record MemberRemoved(string OrgId, string UserId);

/// <summary>A user changed what others see of them.</summary>
/// <param name="UserId">Who.</param>
/// <param name="OrgIds">The organisations whose member list shows the user; may be empty.</param>
public sealed record ProfileUpdated(string UserId, IReadOnlyList<string> OrgIds);
