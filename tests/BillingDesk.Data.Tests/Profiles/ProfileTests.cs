using System.Data.Common;

namespace BillingDesk.Data.Tests;

public class ProfileTests
{
    [Fact]
    public async Task A_new_name_shows_in_the_profile_and_in_every_team()
    {
        await using var desk = Desk.Seeded();
        var orgIds = (await desk.Get<MemberReads>().OrganisationsAsync("user_188")).Select(row => row.OrgId).ToArray();
        var timelines = new Dictionary<string, IReadOnlyList<AuditEntry>>();
        foreach (var orgId in orgIds) timelines[orgId] = await desk.Get<AuditReads>().TimelineAsync(orgId);

        var change = (await desk.Get<ProfileWrites>().RenameAsync("user_188", "Renamed", "Tester")).ShouldNotBeNull();
        change.Profile.ShouldBe(new UserProfile("user_188", "Renamed", "user_188@example.test"));
        change.OrgIds.ShouldBe(orgIds, ignoreOrder: true);
        (await desk.Get<ProfileReads>().FindAsync("user_188")).ShouldBe(change.Profile);
        foreach (var orgId in orgIds)
        {
            (await desk.Get<MemberReads>().TeamAsync(orgId)).Single(member => member.UserId == "user_188").Name.ShouldBe("Renamed");
            (await desk.Get<AuditReads>().TimelineAsync(orgId)).ShouldBe(timelines[orgId]); // the row belongs to no account
        }
        (await desk.RowsAsync<string>("SELECT actor || ' ' || subject FROM audit WHERE account_id IS NULL AND action = 'profile.updated'"))
            .ShouldBe(["Tester user_188"]);
    }

    [Fact]
    public async Task An_unknown_user_or_an_empty_name_changes_nothing()
    {
        await using var desk = Desk.Seeded();
        await desk.ChangesNothingAsync(async () =>
        {
            (await desk.Get<ProfileWrites>().RenameAsync("x' OR '1'='1", "Renamed", "Tester")).ShouldBeNull();
            await Should.ThrowAsync<DbException>(() => desk.Get<ProfileWrites>().RenameAsync("user_188", "", "Tester"));
        });
    }
}
