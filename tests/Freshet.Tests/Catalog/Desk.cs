namespace Freshet.Tests;

public sealed record InvoicePaid(string InvoiceId, string AccountId);

public sealed record PlansChanged(int Revision);

public sealed record MemberMoved(Guid UserId, IReadOnlyList<string> OrganisationIds);

public sealed record Summary(decimal Balance, long Version);

public sealed record TimelinePage(string AccountId, int Number);

/// <summary>Two teams' catalogs that use every kind of declaration and every form of it: what exports and blast radii are tested on.</summary>
internal sealed class Desk
{
    public Desk(bool otherOrder = false)
    {
        var account = new Tag<string>("account");
        var invoice = new Tag<string>("invoice");
        var member = new Tag<string, Guid>("member");
        var organisation = new Tag<string>("organisation");
        var plans = new Tag<string>("plans");
        var grant = new Tag<string, Guid, int>("grant").OwnedBy("security-team");

        Paid = new Event<InvoicePaid>("invoice.paid").Invalidates(account, e => e.AccountId).Invalidates(invoice, e => e.InvoiceId);
        PlansChanged = new Event<PlansChanged>("plans.changed").Invalidates(plans.For("all")).WithProfile(Profile.Hours).OwnedBy("pricing-team");
        var moved = new Event<MemberMoved>("member.moved").InvalidatesEach(organisation, e => e.OrganisationIds);

        var summary = new CachedQuery<string, Summary>("account-summary", RiskLevel.High, schema: 3)
            .DependsOn(account, id => id)
            .VersionedBy(value => value.Version)
            .WithPolicy(policy => policy with { TimeToLive = TimeSpan.FromSeconds(90.5) })
            .LoadWith((_, _) => Task.FromResult(new Summary(0, 0)));
        var one = new CachedQuery<string, Summary>("invoice", RiskLevel.High)
            .DependsOn(invoice, id => id)
            .RequiresScopeInitializer()
            .LoadWith((_, _) => Task.FromResult(new Summary(0, 0)));
        var badge = new CachedQuery<string, int>("header-badge", RiskLevel.Medium).Reads(summary).ShownOn("home").LoadWith((_, _) => Task.FromResult(1));
        var timeline = new CachedQuery<TimelinePage, IReadOnlyList<(string Text, DateTimeOffset At)>>("timeline", RiskLevel.Low)
            .KeyedBy(page => page.AccountId, page => page.Number)
            .DependsOn(account, page => page.AccountId)
            .FindsTags(member, organisation)
            .LoadWith((_, _) => Task.FromResult<IReadOnlyList<(string, DateTimeOffset)>>([]));
        var planList = new CachedQuery<int, string[]>("plan-list", RiskLevel.Medium).DependsOn(plans.For("all")).LoadWith((_, _) => Task.FromResult<string[]>([]));
        var members = new CachedQuery<(string Organisation, Guid User), string?>("team-member", RiskLevel.Medium)
            .DependsOn(member, pair => pair.Organisation, pair => pair.User)
            .DependsOn(organisation, pair => pair.Organisation)
            .LoadWith((_, _) => Task.FromResult<string?>(null));
        var billing = new Screen("billing").Shows(summary, one);
        var home = new Screen("home").Shows(timeline);
        var pay = new Mutation("pay-invoice").Raises<InvoicePaid>().Raises<PlansChanged>();

        CatalogRegistration[] catalogs =
        [
            Composing.Catalog<CatalogA>("billing-team", Ordered(account, invoice, plans, Paid, PlansChanged, summary, one, planList, billing, pay)),
            Composing.Catalog<CatalogB>("workspace-team", Ordered(member, organisation, grant, moved, badge, timeline, members, home)),
        ];
        if (otherOrder) Array.Reverse(catalogs);
        Model = CatalogComposer.Compose(catalogs, Composing.Options(), hasScopeInitializer: true);

        Declaration[] Ordered(params Declaration[] declarations)
        {
            if (otherOrder) Array.Reverse(declarations);
            return declarations;
        }
    }

    public Event<InvoicePaid> Paid { get; }

    public Event<PlansChanged> PlansChanged { get; }

    public CatalogModel Model { get; }
}
