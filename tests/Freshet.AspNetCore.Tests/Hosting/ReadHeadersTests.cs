using System.Net;

namespace Freshet.AspNetCore.Tests;

public sealed class ReadHeadersTests
{
    [Fact]
    public async Task An_answer_says_from_which_position_to_which_it_is_valid()
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            app.MapReads();
            app.MapPay();
        });
        await app.Client.ReadAsync("/accounts/acc_88/name");
        await app.Client.ReadAsync("/invoices/inv_2");
        await app.Client.WriteAsync("/invoices/inv_1/pay");

        var untouched = await app.Client.ReadAsync("/invoices/inv_2");
        var loadedAgain = await app.Client.ReadAsync("/accounts/acc_88/name");

        untouched.Header(FreshnessHeaders.Position).ShouldBe("0-1");
        loadedAgain.Header(FreshnessHeaders.Position).ShouldBe("1-1");
    }

    [Fact]
    public async Task An_answer_names_the_tags_of_what_it_read_and_of_where_it_is_as_hashes()
    {
        await using var app = await TestApp.StartAsync(app => app.MapReads(), Wire.UseKey);

        var answer = await app.Client.ReadAsync("/accounts/acc_88/name");

        answer.Hashes().ShouldBe(new[] { Desk.Account.For("acc_88") }
            .Concat(PathTags.Of("/accounts/acc_88/name", "/accounts/{id}/name")).Select(Wire.Hash), ignoreOrder: true);
        answer.Header(FreshnessHeaders.Tags)!.ShouldNotContain("acc_88");
        answer.Header(FreshnessHeaders.Satisfied).ShouldBeNull();
    }

    [Fact]
    public async Task Hashes_differ_between_applications_with_different_keys()
    {
        await using var one = await TestApp.StartAsync(app => app.MapReads());
        await using var other = await TestApp.StartAsync(app => app.MapReads());

        var hashes = (await one.Client.ReadAsync("/invoices/inv_1")).Hashes();

        (await other.Client.ReadAsync("/invoices/inv_1")).Hashes().Intersect(hashes).ShouldBeEmpty();
        (await one.Client.ReadAsync("/invoices/inv_1")).Hashes().ShouldBe(hashes, ignoreOrder: true);
    }

    [Fact]
    public async Task More_tags_than_a_hundred_become_any()
    {
        await using var app = await TestApp.StartAsync(app =>
            app.MapGet("/crowd", (int count, IFreshet freshet, CancellationToken ct) => freshet.ReadAsync(Desk.Crowd, count, ct)));

        var few = await app.Client.ReadAsync("/crowd?count=97"); // and three of the path: its page, its layout, the root's
        var many = await app.Client.ReadAsync("/crowd?count=98");

        few.Hashes().Distinct().Count().ShouldBe(100);
        few.Hashes().ShouldNotContain(TagHasher.Any);
        many.Hashes().ShouldBe([TagHasher.Any]);
    }

    [Fact]
    public async Task An_answer_that_read_nothing_carries_no_freshness_header()
    {
        await using var app = await TestApp.StartAsync(app => app.MapReads());

        var answer = await app.Client.ReadAsync("/ping");

        answer.Headers.ShouldNotContain(header => header.Key.StartsWith("Freshness-"));
    }

    [Fact]
    public async Task An_error_page_does_not_carry_what_was_read_before_the_error()
    {
        await using var app = await TestApp.StartAsync(
            app => app.MapGet("/broken", async (IFreshet freshet, CancellationToken ct) =>
            {
                await freshet.ReadAsync(Desk.Invoice, "inv_1", ct);
                throw new InvalidOperationException("broken");
            }),
            before: app => app.UseExceptionHandler(error => error.Run(context => context.Response.WriteAsync("sorry"))));

        var answer = await app.Client.ReadAsync("/broken");

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        answer.Headers.ShouldNotContain(header => header.Key.StartsWith("Freshness-"));
    }

    [Fact]
    public async Task A_missing_page_made_from_a_read_carries_it_so_that_it_can_become_outdated()
    {
        await using var app = await TestApp.StartAsync(app => app.MapGet("/maybe", async (IFreshet freshet, CancellationToken ct) =>
        {
            await freshet.ReadAsync(Desk.Invoice, "inv_1", ct);
            return Results.NotFound();
        }), Wire.UseKey);

        var answer = await app.Client.ReadAsync("/maybe");

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        answer.Hashes().ShouldContain(Wire.Hash(Desk.InvoiceTag.For("inv_1")));
    }

    [Fact]
    public async Task Two_reads_make_an_answer_that_is_valid_where_both_are()
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            app.MapPay();
            app.MapGet("/both", async (IFreshet freshet, CancellationToken ct) =>
            {
                var invoice = await freshet.ReadAsync(Desk.Invoice, "inv_2", ct);
                return $"{invoice.Status} {await freshet.ReadAsync(Desk.AccountName, "acc_88", ct)}";
            });
        }, Wire.UseKey);
        await app.Client.ReadAsync("/both");
        await app.Client.WriteAsync("/invoices/inv_1/pay");

        var answer = await app.Client.ReadAsync("/both");

        answer.Header(FreshnessHeaders.Position).ShouldBe("1-1"); // the account's name was not so at 0
        answer.Hashes().ShouldContain(Wire.Hash(Desk.InvoiceTag.For("inv_2")));
        answer.Hashes().ShouldContain(Wire.Hash(Desk.Account.For("acc_88")));
    }

    /// <summary>R8: nobody knows whether the write on its way is in it, so that no position says what it shows.</summary>
    [Fact]
    public async Task An_answer_that_was_read_under_a_hold_is_valid_at_no_known_position_until_its_write_is_appended()
    {
        await using var app = await TestApp.StartAsync(app => app.MapReads());
        await app.Client.ReadAsync("/invoices/inv_1");
        await using (app.Freshet.BeginUserAction("pay"))
        {
            app.Freshet.Raise(new InvoicePaid("inv_1", "acc_88"));
            (await app.Freshet.HoldAsync()).ShouldBeTrue();

            (await app.Client.ReadAsync("/invoices/inv_1")).Header(FreshnessHeaders.Position).ShouldBe("1-0");
            (await app.Client.ReadAsync("/invoices/inv_2")).Header(FreshnessHeaders.Position).ShouldBe("1-1");
        }

        (await app.Client.ReadAsync("/invoices/inv_1")).Header(FreshnessHeaders.Position).ShouldBe("2-2");
    }

    [Fact]
    public async Task Requests_side_by_side_do_not_see_each_others_reads()
    {
        await using var app = await TestApp.StartAsync(app => app.MapReads(), Wire.UseKey);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => app.Client.ReadAsync($"/invoices/inv_{i}")));

        for (var i = 0; i < answers.Length; i++)
            answers[i].Hashes().ShouldBe(new[] { Desk.InvoiceTag.For($"inv_{i}") }.Concat(PathTags.Of($"/invoices/inv_{i}", "/invoices/{id}")).Select(Wire.Hash), ignoreOrder: true);
    }

    [Fact]
    public async Task A_minimum_version_that_the_source_has_is_met()
    {
        await using var app = await TestApp.StartAsync(app => app.MapReads());
        await app.Client.ReadAsync("/invoices/inv_1");
        app.Ledger.Pay("inv_1"); // behind Freshet's back: the cache still holds version 1

        var answer = await app.Client.ReadAsync("/invoices/inv_1", minimumVersion: "2");

        (await answer.JsonAsync())["version"]!.GetValue<long>().ShouldBe(2);
        answer.Header(FreshnessHeaders.Satisfied).ShouldBeNull();
    }

    [Fact]
    public async Task A_minimum_version_that_the_source_cannot_reach_is_said_so()
    {
        await using var app = await TestApp.StartAsync(app => app.MapReads());

        var answer = await app.Client.ReadAsync("/invoices/inv_1", minimumVersion: "7");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Header(FreshnessHeaders.Satisfied).ShouldBe("false");
    }
}
