namespace BillingDesk.Tests.Scenarios;

/// <summary>S5 and S6: an admin changes who is in the team.</summary>
public sealed class MemberTests
{
    private const string Org = SampleIds.Showcase;
    private const string Admin = "user_88";
    private const string Member = "user_188";

    private static readonly string[] _panels =
    [
        .. Panels.Of(Org, SampleIds.ShowcaseInvoice, Admin), Panels.Organisations(Member), Panels.Profile(Member),
        Panels.Members("acc_1"), Panels.Audit("acc_1"),
    ];

    [Fact]
    public async Task S5_ADemotionShowsInTheAdminsListAtOnceAndIsFreshOnTheMembersNextLoad()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync(_panels);

        var demoted = await desk.WriteAsync(HttpMethod.Post, $"{Panels.Members(Org)}/{Member}/role", new { role = "viewer" }, headers: ("X-Desk-User", Admin));

        demoted.Data<MemberRow>("member.role-changed").Role.ShouldBe("viewer");
        demoted.ShouldHaveExpired($"team:{Org}", $"user-organisations:{Member}");
        await desk.ShouldReloadOnlyAsync(_panels, Panels.Members(Org), Panels.Audit(Org), Panels.Organisations(Member), Panels.Dashboard(Org));

        (await desk.ReadAsync<List<MemberRow>>(Panels.Members(Org))).Value.Single(row => row.UserId == Member).Role.ShouldBe("viewer");
        (await desk.ReadAsync<List<OrganisationRow>>(Panels.Organisations(Member))).Value.Single(row => row.OrgId == Org).Role.ShouldBe("viewer");
    }

    [Fact]
    public async Task S5_ExpiringAMembersDataDoesNotEndTheirSession()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WriteAsync(HttpMethod.Post, $"{Panels.Members(Org)}/{Member}/role", new { role = "viewer" }, headers: ("X-Desk-User", Admin));

        var asMember = await desk.WriteAsync(HttpMethod.Put, Panels.Profile(Member), new { name = "Still Here" }, headers: ("X-Desk-User", Member));

        asMember.Data<UserProfile>("profile.updated").Name.ShouldBe("Still Here");
        asMember.Records.ShouldHaveSingleItem().Actor.ShouldNotBeNullOrEmpty();
        asMember.Records[0].Actor.ShouldNotBe("demo");
    }

    [Fact]
    public async Task S6_ARemovalExpiresTheTeamAndTheRemovedUserAndNothingElse()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync(_panels);

        var removed = await desk.WriteAsync(HttpMethod.Delete, $"{Panels.Members(Org)}/{Member}", headers: ("X-Desk-User", Admin));

        removed.Data<Dictionary<string, string>>("member.removed").ShouldBe(new Dictionary<string, string> { ["orgId"] = Org, ["userId"] = Member });
        removed.ShouldHaveExpired($"team:{Org}", $"user-organisations:{Member}");
        // The invoice list, an invoice and the admin's own data are among those that keep hitting.
        await desk.ShouldReloadOnlyAsync(_panels, Panels.Members(Org), Panels.Audit(Org), Panels.Organisations(Member), Panels.Dashboard(Org));

        (await desk.ReadAsync<List<MemberRow>>(Panels.Members(Org))).Value.ShouldNotContain(row => row.UserId == Member);
        (await desk.ReadAsync<List<OrganisationRow>>(Panels.Organisations(Member))).Value.ShouldNotContain(row => row.OrgId == Org);
        (await desk.ReadAsync<List<AuditEntry>>(Panels.Audit(Org))).Value[0].Action.ShouldBe("member.removed");
    }

    [Fact]
    public async Task TheLastOwnerStaysAndNothingIsInvalidated()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync(_panels);

        var demoted = await desk.WriteAsync(HttpMethod.Post, $"{Panels.Members(Org)}/{Admin}/role", new { role = "member" });
        var removed = await desk.WriteAsync(HttpMethod.Delete, $"{Panels.Members(Org)}/{Admin}");

        foreach (var refused in (Written[])[demoted, removed])
        {
            refused.Status.ShouldBe(HttpStatusCode.Conflict);
            refused.ShouldHaveInvalidatedNothing();
        }
        await desk.ShouldReloadOnlyAsync(_panels);
    }
}
