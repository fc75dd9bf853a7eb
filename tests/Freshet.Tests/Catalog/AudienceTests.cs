using System.Text.Json.Nodes;

namespace Freshet.Tests;

/// <summary>Who may hear of a tag is declared, checked and exported as data.</summary>
public sealed class AudienceTests
{
    [Fact]
    public void Rules_are_data()
    {
        var account = new Tag<string>("account").HeardBy("account").HeardByHoldersOf("role", "support");
        var seat = new Tag<string, int>("seat").HeardBy("organisation", null).HeardBy(null, "user");
        var invoice = new Tag<string>("invoice").HeardWith(account);
        var prices = new Tag<string>("prices").HeardByEveryone();
        var cell = new Tag<string, int, int>("cell").HeardBy("sheet", null, "user");

        account.Audience.Select(rule => rule.KeyClaims.SingleOrDefault()).ShouldBe(["account", null]);
        account.Audience[1].Holders.ShouldBe(new AudienceClaim("role", "support"));
        seat.Audience.Select(rule => rule.KeyClaims.ToArray()).ShouldBe([["organisation", null], [null, "user"]]);
        invoice.Audience.ShouldHaveSingleItem().With.ShouldBe("account");
        prices.Audience.ShouldHaveSingleItem().Everyone.ShouldBeTrue();
        cell.Audience.ShouldHaveSingleItem().KeyClaims.ShouldBe(["sheet", null, "user"]);
        new Tag<string>("silent").Audience.ShouldBeEmpty();
    }

    [Fact]
    public void They_stand_in_the_export_and_a_tag_without_any_is_written_as_it_always_was()
    {
        var account = new Tag<string>("account").HeardBy("account").HeardByHoldersOf("role", "support").HeardBy("account");
        var model = Composing.Compose(
            account, new Tag<string>("invoice").HeardWith(account), new Tag<string>("prices").HeardByEveryone(),
            new Tag<string, string>("seat").HeardBy(null, "user"), new Tag<string>("silent"));

        var tags = JsonNode.Parse(model.ToJson())!["tags"]!.AsArray().ToDictionary(tag => tag!["name"]!.GetValue<string>(), tag => tag!["audience"]?.ToJsonString());

        tags.ShouldBe(new Dictionary<string, string?>
        {
            ["account"] = """[{"claims":["account"]},{"claim":"role","value":"support"}]""",
            ["invoice"] = """[{"with":"account"}]""",
            ["prices"] = """[{"everyone":true}]""",
            ["seat"] = """[{"claims":[null,"user"]}]""",
            ["silent"] = null,
        }, ignoreOrder: true);
    }

    [Fact]
    public void A_rule_that_names_no_claim_is_a_fault()
    {
        Composing.TheFault(CatalogFaultKind.InvalidAudience, "seat", new Tag<string, string>("seat").HeardBy(null, null));
        Composing.TheFault(CatalogFaultKind.InvalidAudience, "account", new Tag<string>("account").HeardBy(" "));
        Composing.TheFault(CatalogFaultKind.InvalidAudience, "account", new Tag<string>("account").HeardByHoldersOf("role", ""));
    }

    [Fact]
    public void A_tag_is_heard_with_one_that_is_declared_and_has_hearers_of_its_own()
    {
        var account = new Tag<string>("account").HeardBy("account");
        Composing.TheFault(CatalogFaultKind.UnknownDeclaration, "invoice", new Tag<string>("invoice").HeardWith(account));
        var silent = new Tag<string>("silent");
        Composing.TheFault(CatalogFaultKind.InvalidAudience, "invoice", silent, new Tag<string>("invoice").HeardWith(silent));
        var invoice = new Tag<string>("invoice").HeardWith(account);
        Composing.TheFault(CatalogFaultKind.InvalidAudience, "line", account, invoice, new Tag<string>("line").HeardWith(invoice)); // one step, no chains
        Composing.TheFault(CatalogFaultKind.UnknownDeclaration, "invoice", new Tag<string>("invoice").HeardWith(null!));
    }

    [Fact]
    public void Nothing_is_added_after_the_catalog_was_composed()
    {
        var account = new Tag<string>("account").HeardBy("account");
        Composing.Compose(account);
        Should.Throw<InvalidOperationException>(() => account.HeardByEveryone());
        account.Audience.Count.ShouldBe(1);
    }
}
