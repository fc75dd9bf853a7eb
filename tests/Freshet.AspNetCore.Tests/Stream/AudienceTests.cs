namespace Freshet.AspNetCore.Tests.Stream;

/// <summary>A subscriber hears of what its claims open, and not one byte more, whichever call invalidated it.</summary>
public sealed class AudienceTests
{
    private const string Ann = "name=ann;account=acc_1";
    private const string Bob = "name=bob;account=acc_2";

    [Fact]
    public async Task The_members_of_an_account_hear_of_its_payment_and_the_members_of_another_get_no_byte_of_it()
    {
        await using var app = await StreamApp.StartAsync();
        var (ann, _) = await Follower.JoinAsync(app, Ann);
        var (bob, _) = await Follower.JoinAsync(app, Bob);
        var before = bob.Raw;

        await app.PayAsync("inv_1", "acc_1");
        await app.PayAsync("inv_2", "acc_2");

        var heard = await ann.ExpectAsync("freshness");
        heard.Position.ShouldBe(1);
        heard.Expire.ShouldBe([Wire.Hash(Desk.InvoiceTag.For("inv_1")), Wire.Hash(Desk.Account.For("acc_1"))]);
        heard.Events.ShouldBe(["""{"type":"invoice.paid","invoiceId":"inv_1","accountId":"acc_1"}"""]);
        // The first thing Bob gets is his own: nothing came before it.
        var own = await bob.ExpectAsync("freshness");
        own.Position.ShouldBe(2);
        bob.Raw[before.Length..].ShouldStartWith("id: 2.");
        bob.Raw.ShouldNotContain("inv_1");
        bob.Raw.ShouldNotContain("acc_1");
        foreach (var hash in heard.Expire) bob.Raw.ShouldNotContain(hash);
    }

    [Fact]
    public async Task Whichever_call_it_was_and_whether_it_expires_or_marks_stale()
    {
        await using var app = await StreamApp.StartAsync();
        var (ann, _) = await Follower.JoinAsync(app, Ann);
        var (bob, _) = await Follower.JoinAsync(app, Bob);
        var mine = Wire.Hash(Desk.Account.For("acc_1"));

        await app.ActAsync(freshet => freshet.UpdateTag(Desk.Account.For("acc_1")));
        await app.ActAsync(freshet => freshet.RevalidateTag(Desk.Account.For("acc_1"), Profile.Minutes));
        await using (var hook = app.Freshet.BeginWebhook("provider"))
        {
            app.Freshet.Raise(new NoteAdded("acc_1", "hm"));
            await hook.CompleteAsync();
        }
        await app.PayAsync("inv_2", "acc_2");

        var (updated, revalidated, noted) = (await ann.ExpectAsync("freshness"), await ann.ExpectAsync("freshness"), await ann.ExpectAsync("freshness"));
        string[][] Told(Frame frame) => [frame.Expire, frame.Stale];
        Told(updated).ShouldBe([[mine], []]);
        Told(revalidated).ShouldBe([[], [mine]]);
        Told(noted).ShouldBe([[], [mine]]);
        (updated.Events.Length, revalidated.Events.Length).ShouldBe((0, 0));
        noted.Events.ShouldHaveSingleItem().ShouldContain("note.added");
        (await bob.ExpectAsync("freshness")).Position.ShouldBe(4);
    }

    [Fact]
    public async Task An_event_that_concerns_others_too_is_told_without_its_members_names_or_itself()
    {
        await using var app = await StreamApp.StartAsync();
        var (ann, _) = await Follower.JoinAsync(app, Ann);
        var (both, _) = await Follower.JoinAsync(app, Ann + ";account=acc_2");

        await app.ActAsync(freshet => freshet.Raise(new MoneyMoved("acc_1", "acc_2")));

        var half = await ann.ExpectAsync("freshness");
        half.Expire.ShouldBe([Wire.Hash(Desk.Account.For("acc_1"))]);
        half.Events.ShouldBeEmpty();
        ann.Raw.ShouldNotContain("acc_2");
        (await both.ExpectAsync("freshness")).Events.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_tag_heard_with_another_is_heard_only_where_all_tags_of_the_other_kind_are()
    {
        await using var app = await StreamApp.StartAsync();
        var (ann, _) = await Follower.JoinAsync(app, Ann);

        await app.ActAsync(freshet => freshet.UpdateTag(Desk.InvoiceTag.For("inv_1"))); // says nothing of whose it is
        await app.PayAsync("inv_2", "acc_2");
        await app.PayAsync("inv_1", "acc_1");
        await app.ActAsync(freshet => freshet.Raise(new InvoiceMoved("inv_1", "acc_1", "acc_2")));

        (await ann.ExpectAsync("freshness")).Position.ShouldBe(3);
        (await ann.ExpectAsync("freshness")).Expire.ShouldBe([Wire.Hash(Desk.Account.For("acc_1"))]); // and not the invoice, which may be theirs
    }

    [Fact]
    public async Task Who_holds_a_claim_hears_of_the_whole_kind_but_an_account_by_that_name_opens_nothing()
    {
        await using var app = await StreamApp.StartAsync();
        var (support, _) = await Follower.JoinAsync(app, "name=sue;role=support");
        var (posing, _) = await Follower.JoinAsync(app, "name=eve;account=support;account=*;role=Support;account=\u0001support");
        var (unproven, _) = await Follower.JoinAsync(app, "name=eve;role=support;account=acc_7", unproven: true);

        await app.PayAsync("inv_7", "acc_7");
        await app.ActAsync(freshet => freshet.Raise(new PlanListed("pro")));

        (await support.ExpectAsync("freshness")).Expire.Length.ShouldBe(2);
        (await posing.ExpectAsync("freshness")).Position.ShouldBe(2);
        (await unproven.ExpectAsync("freshness")).Position.ShouldBe(2);
    }

    [Fact]
    public async Task Everyone_hears_of_what_is_everyones_signed_in_or_not()
    {
        await using var app = await StreamApp.StartAsync();
        var (nobody, _) = await Follower.JoinAsync(app);
        await app.PayAsync("inv_1", "acc_1");
        await app.ActAsync(freshet => freshet.Raise(new PlanListed("pro")));
        (await nobody.ExpectAsync("freshness")).Expire.ShouldBe([Wire.Hash(Desk.PlanList.For("all"))]);
    }

    [Fact]
    public async Task Keys_that_were_escaped_and_tags_with_two_keys()
    {
        await using var app = await StreamApp.StartAsync();
        var (odd, _) = await Follower.JoinAsync(app, "name=odd;account=a:b,c%");
        var (seated, _) = await Follower.JoinAsync(app, "name=seated;user=u1");

        await app.ActAsync(freshet =>
        {
            freshet.UpdateTag(Desk.Account.For("a"));
            freshet.UpdateTag(Desk.Account.For("a:b,c%"));
            freshet.UpdateTag(Transfers.Seat.For("a:b,c%", "u1"));
            freshet.UpdateTag(Transfers.Seat.For("else", "u2"));
            freshet.UpdateTag(Transfers.Seat.For("else", "u1"));
        });

        ((await odd.ExpectAsync("freshness")).Position, (await odd.ExpectAsync("freshness")).Position).ShouldBe((2, 3));
        ((await seated.ExpectAsync("freshness")).Position, (await seated.ExpectAsync("freshness")).Position).ShouldBe((3, 5));
    }

    [Fact]
    public async Task Without_a_rule_nobody_hears_and_a_path_only_where_paths_are_told()
    {
        await using var quiet = await StreamApp.StartAsync();
        await using var telling = await StreamApp.StartAsync(options => options.TellsPaths = true);
        foreach (var app in (TestApp[])[quiet, telling])
        {
            var (follower, _) = await Follower.JoinAsync(app, "name=sue;role=support");
            await app.ActAsync(freshet =>
            {
                freshet.UpdateTag(Transfers.Secret.For("x"));
                freshet.RevalidatePath("/invoices/inv_1", PathScope.Page);
                freshet.Raise(new PlanListed("pro"));
            });
            (await follower.ExpectAsync("freshness")).Position.ShouldBe(app == quiet ? 3 : 2);
        }
    }

    [Fact]
    public async Task A_flush_of_a_query_or_kind_is_a_reset_for_those_it_may_concern()
    {
        await using var app = await StreamApp.StartAsync();
        var (ann, _) = await Follower.JoinAsync(app, Ann);
        var (nobody, _) = await Follower.JoinAsync(app);
        var freshet = app.Services.GetRequiredService<FreshetService>();

        await FlushAsync(freshet, freshet.ScopeOfQuery("invoice")); // carries invoice tags, which Ann may hear of with her account
        await FlushAsync(freshet, freshet.ScopeOfTagKind("secret"));
        await FlushAsync(freshet, freshet.ScopeOfTagKind("account"));
        await FlushAsync(freshet, freshet.ScopeOfQuery("plans"));

        ((await ann.ExpectAsync("reset")) is { Reason: "flush", Position: 1 }).ShouldBeTrue();
        (await ann.ExpectAsync("reset")).Position.ShouldBe(3);
        (await ann.ExpectAsync("reset")).Position.ShouldBe(4);
        (await nobody.ExpectAsync("reset")).Position.ShouldBe(4);
        (await Follower.JoinAsync(app, after: "0")).Follower.Dispose();
        (await (await Follower.JoinAsync(app, after: "0")).Follower.ExpectAsync("reset")).Position.ShouldBe(4); // and when read again
    }

    [Fact]
    public async Task What_may_not_have_happened_is_invalidated_and_not_told_as_an_event()
    {
        await using var app = await StreamApp.StartAsync(map: app => app.MapPost("/fail", (IFreshet freshet) =>
        {
            freshet.Raise(new InvoicePaid("inv_1", "acc_1"));
            throw new InvalidOperationException("half-way");
        }).Raises<InvoicePaid>());
        var (ann, _) = await Follower.JoinAsync(app, Ann);

        (await app.Client.WriteAsync("/fail")).IsSuccessStatusCode.ShouldBeFalse();

        var heard = await ann.ExpectAsync("freshness");
        (heard.Expire.Length, heard.Events.Length).ShouldBe((2, 0));
    }

    [Fact]
    public async Task Names_are_told_only_where_asked_for_and_only_those_that_are_heard()
    {
        await using var app = await StreamApp.StartAsync(options => options.TellsNames = true);
        var (ann, _) = await Follower.JoinAsync(app, Ann);
        await app.ActAsync(freshet => freshet.Raise(new MoneyMoved("acc_1", "acc_2")));
        var names = (await ann.ExpectAsync("freshness")).Data!["names"]!;
        (names["call"]!.GetValue<string>(), names["trigger"]!.GetValue<string>()).ShouldBe(("Raise", "UserAction"));
        names["tags"]!.AsArray().ShouldHaveSingleItem()!.GetValue<string>().ShouldBe("account:acc_1");
        ann.Raw.ShouldNotContain("acc_2");
    }

    [Fact]
    public async Task An_application_without_any_audience_is_told_so()
    {
        (await LinesOfAStreamAsync(freshet => { })).Of(2300).ShouldHaveSingleItem();
        (await LinesOfAStreamAsync(freshet => freshet.Add<Desk>())).Of(2300).ShouldBeEmpty(); // it declares some

        new AudienceBook(new Silent().Model, tellsPaths: false).IsEmpty.ShouldBeTrue();
        new AudienceBook(new Silent().Model, tellsPaths: true).IsEmpty.ShouldBeFalse();
    }

    private static async Task<CollectedLines> LinesOfAStreamAsync(Action<FreshetBuilder> add)
    {
        var lines = new CollectedLines();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(lines);
        builder.Services.AddSingleton<Ledger>();
        add(builder.Services.AddFreshet());
        await using var app = builder.Build();
        app.UseFreshet();
        app.MapFreshetStream();
        await app.StartAsync();
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri($"{app.Urls.Single()}/freshet/stream"), HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        return lines;
    }

    private static async Task FlushAsync(FreshetService freshet, FlushScope scope)
    {
        await using var action = freshet.BeginOperator("test", "ops", "wrong values");
        FreshetService.Flush(action, scope);
        await action.CompleteAsync();
    }

    private sealed class Silent
    {
        public CatalogModel Model { get; } = CatalogComposer.Compose([], new FreshetOptions(), hasScopeInitializer: false);
    }
}
