namespace Freshet.Tests;

public sealed class CatalogComposerTests
{
    private readonly Sound _sound = new();

    [Fact]
    public void Many_faults_are_reported_together_ordered_by_declaration_each_with_its_way_out()
    {
        var lonely = new Tag<string>("lonely");
        var query = new CachedQuery<string, string>("summary", RiskLevel.High)
            .DependsOn(lonely, id => id.Trim())
            .WithPolicy(policy => policy with { ServeStale = true, TimeToLive = TimeSpan.Zero })
            .RequiresScopeInitializer()
            .ShownOn("nowhere");
        query.Reads(query);
        var configuration = new ReloadableConfiguration { ["Freshet:Policies:summary:StaleTime"] = "soon", ["Freshet:Policies:sumary:TimeToLive"] = "00:01:00" };

        var exception = Should.Throw<CatalogException>(() => CatalogComposer.Compose(
            [
                Composing.Catalog<CatalogA>(new Tag<string>("page"), new Event<string>("idle"), query),
                Composing.Catalog<CatalogB>(owner: null, new Screen("home").Shows(Sound.Untagged("feed")), new Mutation("pay").Raises<AccountChanged>()),
            ],
            Composing.Options(), hasScopeInitializer: false, configuration.Root.Section()));

        exception.Faults.Select(fault => (fault.DeclarationKind, fault.Declaration, fault.Kind)).ShouldBe(
        [
            ("tag", "page", CatalogFaultKind.InvalidName),
            ("event", "idle", CatalogFaultKind.InvalidatesNothing),
            ("cached query", "sumary", CatalogFaultKind.Configuration),
            ("cached query", "summary", CatalogFaultKind.Unreached),
            ("cached query", "summary", CatalogFaultKind.NoLoader),
            ("cached query", "summary", CatalogFaultKind.TimeToLive),
            ("cached query", "summary", CatalogFaultKind.LooserThanLevel),
            ("cached query", "summary", CatalogFaultKind.UnknownScreen),
            ("cached query", "summary", CatalogFaultKind.UnknownDeclaration),
            ("cached query", "summary", CatalogFaultKind.OpaqueSelector),
            ("cached query", "summary", CatalogFaultKind.NoScopeInitializer),
            ("cached query", "summary", CatalogFaultKind.Configuration),
            ("cached query", "summary", CatalogFaultKind.Circle),
            ("screen", "home", CatalogFaultKind.NoOwner),
            ("screen", "home", CatalogFaultKind.UnknownDeclaration),
            ("mutation", "pay", CatalogFaultKind.NoOwner),
            ("mutation", "pay", CatalogFaultKind.UnknownDeclaration),
        ], ignoreOrder: true);
        exception.Faults.Select(fault => fault.Declaration).Distinct().ShouldBe(["page", "idle", "sumary", "summary", "home", "pay"]);
        exception.Faults.ShouldAllBe(fault => exception.Message.Contains(fault.ToString()));
        exception.Message.ShouldStartWith("The catalog has 17 faults:");
        exception.Code.ShouldBe("invalid-catalog");
    }

    [Fact]
    public void The_report_does_not_depend_on_the_order_of_catalogs_or_fields()
    {
        Declaration[] broken = [new Event<string>("b"), new Event<int>("a"), new Tag<string>("layout"), new Screen("")];
        var there = Composing.Faults(broken);
        var back = Composing.Faults([.. broken.Reverse()]);
        there.ShouldBe(back);
        there.Select(fault => fault.Declaration).ShouldBe(["layout", "a", "b", ""]);
    }

    [Fact]
    public void Faults_found_while_writing_down_name_the_catalogs_owner()
    {
        var query = _sound.Query("summary").DependsOn(_sound.Account, id => id + "!");
        Composing.TheFault(CatalogFaultKind.OpaqueSelector, "summary", _sound.With(query)).What.ShouldContain("id => (id + \"!\")");
    }

    [Fact]
    public void A_fault_reads_as_one_line_with_declaration_catalog_owner_and_way_out()
    {
        Composing.Faults(new Event<string>("idle"))[0].ToString().ShouldBe(
            "event 'idle' in CatalogA (a-team): it invalidates nothing, so raising it would change nothing. Add .Invalidates(tag, e => e.Key), or remove the event.");
    }

    [Fact]
    public void Declarations_cannot_be_changed_after_they_are_composed()
    {
        var query = _sound.Query("summary");
        var screen = new Screen("home");
        var mutation = new Mutation("pay");
        Composing.Compose(_sound.With(query, screen, mutation));

        Action[] changes =
        [
            () => query.ShownOn("home"), () => query.OwnedBy("x"), () => query.WithPolicy(policy => policy), () => query.DependsOn(_sound.Account, id => id),
            () => query.FindsTags(_sound.Account), () => query.Reads(query), () => query.RequiresScopeInitializer(), () => query.LoadWith((id, _) => Task.FromResult(id)),
            () => query.VersionedBy(text => text.Length), () => query.KeyedBy(text => text),
            () => _sound.AccountEvent.Invalidates(_sound.Account.For("a")), () => _sound.AccountEvent.WithProfile(Profile.Max), () => _sound.AccountEvent.OwnedBy("x"),
            () => _sound.Account.OwnedBy("x"), () => screen.Shows(query), () => screen.OwnedBy("x"), () => mutation.Raises<string>(), () => mutation.OwnedBy("x"),
        ];
        foreach (var change in changes) Should.Throw<InvalidOperationException>(change).Message.ShouldContain("after an application had composed");
    }

    [Fact]
    public void Declarations_with_faults_are_not_composed_and_can_still_be_mended()
    {
        var idle = new Event<string>("idle");
        Composing.Faults(_sound.With(idle)).ShouldHaveSingleItem();
        idle.Invalidates(_sound.Account, id => id);
        Composing.Compose(_sound.With(idle)).Events.Count.ShouldBe(2);
    }

    [Fact]
    public void Static_declarations_can_be_composed_by_several_applications_of_one_process()
    {
        Composing.Compose(_sound.With());
        Composing.Compose(_sound.With()).EventFor(typeof(AccountChanged)).ShouldBeSameAs(_sound.AccountEvent);
    }

    [Fact]
    public void One_catalog_added_twice_counts_once()
    {
        var declarations = _sound.With();
        CatalogComposer.Compose([Composing.Catalog<CatalogA>(declarations), Composing.Catalog<CatalogA>([.. declarations])], Composing.Options(), hasScopeInitializer: false).Tags.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_catalog_whose_fields_throw_is_a_fault_beside_those_of_the_others()
    {
        var faults = Composing.FaultsOf(
            new CatalogRegistration(typeof(Broken), "broken-team", () => Catalog.DeclarationsOf(typeof(Broken))),
            Composing.Catalog<CatalogA>(new Event<string>("idle")));

        faults.Select(fault => fault.Kind).ShouldBe([CatalogFaultKind.UnreadableCatalog, CatalogFaultKind.InvalidatesNothing]);
        faults[0].Declaration.ShouldBe("Broken");
        faults[0].Owner.ShouldBe("broken-team");
        faults[0].What.ShouldContain("InvalidKeyException");
    }

    [Fact]
    public void No_catalog_at_all_is_an_empty_model()
    {
        var model = CatalogComposer.Compose([], Composing.Options(), hasScopeInitializer: false);
        model.Queries.ShouldBeEmpty();
        model.EventFor(typeof(string)).ShouldBeNull();
    }

    private sealed class Broken() : Catalog("broken-team")
    {
        public static readonly Tag<string> Account = new("account");
        public static readonly Tag Nobody = Account.For("");
    }
}
