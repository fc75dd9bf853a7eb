namespace BillingDesk.Data;

/// <summary>A user's profile.</summary>
/// <param name="UserId">Such as <c>user_88</c>.</param>
/// <param name="Name">The name others see.</param>
/// <param name="Email">Unique.</param>
public sealed record UserProfile(string UserId, string Name, string Email);

/// <summary>A profile after a change, and where it is seen.</summary>
/// <param name="Profile">As it is after the change.</param>
/// <param name="OrgIds">The organisations whose member list shows the user, in order; may be empty.</param>
public sealed record ProfileChange(UserProfile Profile, IReadOnlyList<string> OrgIds);
