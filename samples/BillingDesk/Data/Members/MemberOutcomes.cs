namespace BillingDesk.Data;

/// <summary>How a change of role ended.</summary>
public abstract record RoleOutcome
{
    private RoleOutcome() { }

    /// <summary>The member has the role now.</summary>
    /// <param name="Member">As it is after the change.</param>
    public sealed record Changed(MemberRow Member) : RoleOutcome;

    /// <summary>The user is no member of the organisation; nothing was written.</summary>
    public sealed record NotFound : RoleOutcome;

    /// <summary>The organisation would be left without an owner; nothing was written. Make somebody else owner first.</summary>
    /// <param name="Member">As it is.</param>
    public sealed record LastOwner(MemberRow Member) : RoleOutcome;
}

/// <summary>How a removal ended.</summary>
public abstract record RemoveOutcome
{
    private RemoveOutcome() { }

    /// <summary>The user is no member any more.</summary>
    /// <param name="OrgId">The organisation.</param>
    /// <param name="UserId">The user.</param>
    public sealed record Removed(string OrgId, string UserId) : RemoveOutcome;

    /// <summary>The user is no member of the organisation; nothing was written.</summary>
    public sealed record NotFound : RemoveOutcome;

    /// <summary>The organisation would be left without an owner; nothing was written. Make somebody else owner first.</summary>
    /// <param name="Member">As it is.</param>
    public sealed record LastOwner(MemberRow Member) : RemoveOutcome;
}
