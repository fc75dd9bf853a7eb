namespace BillingDesk.Data.Tests;

public class MemberTests
{
    [Fact]
    public async Task A_new_role_shows_in_the_team_and_in_the_users_own_list()
    {
        await using var desk = Desk.Seeded();
        var outcome = await desk.Get<MemberWrites>().ChangeRoleAsync(SampleIds.Showcase, "user_188", MemberRole.Viewer, "Tester");
        var member = outcome.ShouldBeOfType<RoleOutcome.Changed>().Member;
        (member.UserId, member.Role).ShouldBe(("user_188", MemberRole.Viewer));
        (await desk.Get<MemberReads>().TeamAsync(SampleIds.Showcase)).ShouldContain(member);
        (await desk.Get<MemberReads>().OrganisationsAsync("user_188")).Single(row => row.OrgId == SampleIds.Showcase).Role.ShouldBe(MemberRole.Viewer);
        var entry = (await desk.Get<AuditReads>().TimelineAsync(SampleIds.Showcase))[0];
        (entry.Actor, entry.Action, entry.Subject).ShouldBe(("Tester", "member.role-changed", $"{member.Name}: viewer"));
    }

    [Fact]
    public async Task A_removed_member_is_gone_from_this_organisation_only()
    {
        await using var desk = Desk.Seeded();
        var (userId, orgId) = ("user_188", SampleIds.Showcase);
        var before = await desk.Get<MemberReads>().OrganisationsAsync(userId);
        (await desk.Get<MemberWrites>().RemoveAsync(orgId, userId, "Tester")).ShouldBe(new RemoveOutcome.Removed(orgId, userId));
        (await desk.Get<MemberReads>().TeamAsync(orgId)).ShouldNotContain(member => member.UserId == userId);
        (await desk.Get<MemberReads>().OrganisationsAsync(userId)).ShouldBe(before.Where(row => row.OrgId != orgId));
        before.Count.ShouldBeGreaterThan(1);
        (await desk.Get<ProfileReads>().FindAsync(userId)).ShouldNotBeNull();
        (await desk.Get<AuditReads>().TimelineAsync(orgId))[0].Action.ShouldBe("member.removed");
        (await desk.Get<MemberWrites>().RemoveAsync(orgId, userId, "Tester")).ShouldBeOfType<RemoveOutcome.NotFound>();
    }

    [Fact]
    public async Task The_last_owner_can_neither_be_demoted_nor_removed()
    {
        await using var desk = Desk.Seeded();
        var owners = (await desk.Get<MemberReads>().TeamAsync(SampleIds.Showcase)).Where(member => member.Role == MemberRole.Owner).ToArray();
        foreach (var other in owners.Where(member => member.UserId != "user_88"))
            (await desk.Get<MemberWrites>().RemoveAsync(SampleIds.Showcase, other.UserId, "Tester")).ShouldBeOfType<RemoveOutcome.Removed>();

        await desk.ChangesNothingAsync(async () =>
        {
            (await desk.Get<MemberWrites>().ChangeRoleAsync(SampleIds.Showcase, "user_88", MemberRole.Admin, "Tester")).ShouldBeOfType<RoleOutcome.LastOwner>();
            (await desk.Get<MemberWrites>().RemoveAsync(SampleIds.Showcase, "user_88", "Tester")).ShouldBeOfType<RemoveOutcome.LastOwner>();
        });

        await desk.Get<MemberWrites>().ChangeRoleAsync(SampleIds.Showcase, "user_188", MemberRole.Owner, "Tester");
        (await desk.Get<MemberWrites>().RemoveAsync(SampleIds.Showcase, "user_88", "Tester")).ShouldBeOfType<RemoveOutcome.Removed>();
    }

    [Theory]
    [InlineData("acc_88", "user_none")]
    [InlineData("acc_none", "user_88")]
    [InlineData("acc_88", "x' OR '1'='1")]
    [InlineData("x' OR '1'='1", "user_88")]
    public async Task Who_is_no_member_is_not_found_and_nothing_changes(string orgId, string userId)
    {
        await using var desk = Desk.Seeded();
        await desk.ChangesNothingAsync(async () =>
        {
            (await desk.Get<MemberWrites>().ChangeRoleAsync(orgId, userId, MemberRole.Viewer, "Tester")).ShouldBeOfType<RoleOutcome.NotFound>();
            (await desk.Get<MemberWrites>().RemoveAsync(orgId, userId, "Tester")).ShouldBeOfType<RemoveOutcome.NotFound>();
        });
    }

    [Fact]
    public async Task An_unknown_role_is_refused_with_the_list_of_roles()
    {
        await using var desk = Desk.Seeded();
        var fault = await Should.ThrowAsync<ArgumentException>(() => desk.Get<MemberWrites>().ChangeRoleAsync(SampleIds.Showcase, "user_188", "Owner", "Tester"));
        fault.Message.ShouldContain("owner, admin, member, viewer");
    }

    [Fact]
    public async Task Every_role_is_known_to_the_database()
    {
        await using var desk = Desk.Seeded();
        foreach (var role in MemberRole.All)
            (await desk.Get<MemberWrites>().ChangeRoleAsync(SampleIds.Showcase, "user_288", role, "Tester")).ShouldBeOfType<RoleOutcome.Changed>().Member.Role.ShouldBe(role);
    }
}
