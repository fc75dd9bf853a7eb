using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Freshet.AspNetCore.Tests;

/// <summary>The shapes that a client's types are generated from.</summary>
public sealed class CatalogSchemasTests
{
    [Fact]
    public void Values_are_as_the_application_writes_them_and_events_in_camelCase()
    {
        var options = new JsonSerializerOptions(JsonSerializerOptions.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
        options.Converters.Add(new JsonStringEnumConverter());
        var schemas = Schemas(options);

        var sheet = schemas["Freshet.AspNetCore.Tests.Sheet"]!["properties"]!.AsObject();
        sheet.Select(member => member.Key).ShouldBe(["row_count", "mood", "note", "currency"], ignoreOrder: true);
        sheet["row_count"]!["type"]!.GetValue<string>().ShouldBe("integer"); // and not text, though Web reads numbers from it
        sheet["mood"]!["enum"]!.AsArray().Select(value => value!.GetValue<string>()).ShouldBe(["Good", "Bad"]);
        sheet["note"]!["type"]!.AsArray().Select(value => value!.GetValue<string>()).ShouldBe(["string", "null"]);
        sheet["currency"]!["type"]!.GetValue<string>().ShouldBe("string"); // nothing sets it, and it is never null
        schemas["Freshet.AspNetCore.Tests.SheetFilled"]!["properties"]!.AsObject().Select(member => member.Key).ShouldBe(["sheetId"]);
        schemas["string"]!["type"]!.GetValue<string>().ShouldBe("string");
    }

    private static JsonObject Schemas(JsonSerializerOptions options)
    {
        var catalog = CatalogComposer.Compose([new CatalogRegistration(typeof(Sheets), "desk-team", () => Catalog.DeclarationsOf(typeof(Sheets)))], new FreshetOptions(), hasScopeInitializer: false);
        options.TypeInfoResolver ??= JsonSerializerOptions.Web.TypeInfoResolver;
        var schemas = new CatalogSchemas(options);
        return JsonNode.Parse(catalog.ToJson([], json => schemas.Write(json, catalog)))!["schemas"]!.AsObject();
    }

    private sealed class Sheets() : Catalog(owner: "desk-team")
    {
        public static readonly Tag<string> Sheet = new("sheet");
        public static readonly Event<SheetFilled> Filled = new Event<SheetFilled>("sheet.filled").Invalidates(Sheet, e => e.SheetId);
        public static readonly CachedQuery<string, Sheet> ById = new CachedQuery<string, Sheet>("sheet", RiskLevel.Low)
            .DependsOn(Sheet, id => id).LoadWith((_, _) => Task.FromResult(new Sheet(1, Mood.Good, null)));
    }
}

public enum Mood
{
    Good,
    Bad,
}

public sealed record SheetFilled(string SheetId);

public sealed record Sheet(int RowCount, Mood Mood, string? Note)
{
    public string Currency => "EUR";
}
