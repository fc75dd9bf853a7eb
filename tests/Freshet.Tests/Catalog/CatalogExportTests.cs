using System.Globalization;
using System.Text.Json;

namespace Freshet.Tests;

public sealed class CatalogExportTests
{
    private static string Snapshot => RepositoryRoot.File("tests", "Freshet.Tests", "Wire", "v1", "catalog.json");

    // Version 1 is a promise to tools and to exports kept in other repositories. A deliberate addition changes the file by hand;
    // anything else that makes this fail needs version 2 and a new folder.
    [Fact]
    public void Version_1_is_written_as_it_always_was()
    {
        ReviewedFile.Difference(File.ReadAllText(Snapshot).Split('\n'), new Desk().Model.ToJson().Split('\n')).ShouldBeEmpty();
        new Desk().Model.ToJson().ShouldBe(File.ReadAllText(Snapshot));
    }

    [Fact]
    public void The_same_declarations_give_the_same_bytes_whatever_the_order_they_were_added_in()
    {
        new Desk(otherOrder: true).Model.ToJson().ShouldBe(new Desk().Model.ToJson());
    }

    [Fact]
    public void The_culture_of_the_machine_leaves_no_trace()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            odd.NumberFormat.NumberDecimalSeparator = ";";
            CultureInfo.CurrentCulture = odd;
            new Desk().Model.ToJson().ShouldBe(File.ReadAllText(Snapshot));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Written_into_a_larger_document_it_is_one_object()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            new Desk().Model.WriteTo(json);
            json.WriteEndArray();
        }
        var written = JsonDocument.Parse(bytes.ToArray()).RootElement[0];
        JsonElement.DeepEquals(written, JsonDocument.Parse(File.ReadAllText(Snapshot)).RootElement).ShouldBeTrue();
    }

    [Fact]
    public void Mutations_of_endpoints_stand_among_the_others_by_name_and_change_nothing_else()
    {
        var endpoints = new[]
        {
            new EndpointMutation("POST /b", ["invoice.paid", "account.changed", "invoice.paid"], TriggerKind.UserAction),
            new EndpointMutation("DELETE /a", [], TriggerKind.Webhook),
        };

        var text = new Desk().Model.ToJson(endpoints);

        new Desk().Model.ToJson(endpoints.Reverse()).ShouldBe(text);
        using var with = JsonDocument.Parse(text);
        using var without = JsonDocument.Parse(new Desk().Model.ToJson());
        var own = without.RootElement.GetProperty("mutations").EnumerateArray().Select(mutation => mutation.GetRawText());
        var all = with.RootElement.GetProperty("mutations").EnumerateArray().ToList();
        all.Select(mutation => mutation.GetProperty("name").GetString()).ShouldBeInOrder(SortDirection.Ascending, StringComparer.Ordinal);
        all.Select(mutation => mutation.GetRawText()).ShouldBeSubsetOf(own.Append("""
            {
                  "name": "DELETE /a",
                  "owner": null,
                  "catalog": null,
                  "events": [],
                  "trigger": "webhook"
                }
            """.ReplaceLineEndings("\n")).Append("""
            {
                  "name": "POST /b",
                  "owner": null,
                  "catalog": null,
                  "events": [
                    "account.changed",
                    "invoice.paid"
                  ],
                  "trigger": "userAction"
                }
            """.ReplaceLineEndings("\n")));
        all.Count.ShouldBe(own.Count() + 2);
        with.RootElement.EnumerateObject().Where(member => member.Name != "mutations").Select(member => member.Value.GetRawText())
            .ShouldBe(without.RootElement.EnumerateObject().Where(member => member.Name != "mutations").Select(member => member.Value.GetRawText()));
    }

    [Fact]
    public void Every_knob_of_a_policy_is_exported()
    {
        var policy = JsonDocument.Parse(new Desk().Model.ToJson()).RootElement.GetProperty("queries")[0].GetProperty("policy");
        policy.EnumerateObject().Select(member => member.Name.Replace("Seconds", "")).ShouldBe(
            PolicyKnob.All.Select(knob => JsonNamingPolicy.CamelCase.ConvertName(knob.Name)));
    }
}
