using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Freshet;

public sealed partial class CatalogModel
{
    /// <summary>What the <c>format</c> member of an export says: <c>freshet-catalog</c>.</summary>
    public const string ExportFormat = "freshet-catalog";

    /// <summary>Version of the export's shape: 1. Members may be added under one version; none is renamed, removed or given another meaning.</summary>
    public const int ExportVersion = 1;

    private static readonly JsonWriterOptions _exportOptions = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // type names keep their < and >
    };

    /// <summary>The catalog as JSON, indented: the same text for the same catalogs, whatever the machine and the order they were added in. Described in docs/catalog-json.md.</summary>
    /// <remarks>For files and terminals. To put it into an HTML page, escape it as any other text.</remarks>
    public string ToJson() => ToJson([]);

    /// <summary>The same with the mutations that endpoints declare, which only their host knows.</summary>
    /// <param name="endpoints">The endpoints' mutations, in any order.</param>
    public string ToJson(IEnumerable<EndpointMutation> endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return ToJson(endpoints, null);
    }

    /// <summary>The same with a last member that only the host can write.</summary>
    internal string ToJson(IEnumerable<EndpointMutation> endpoints, Action<Utf8JsonWriter>? writeSchemas)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, _exportOptions)) new CatalogWriter(json).Write(this, endpoints, writeSchemas);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length) + "\n";
    }

    /// <summary>Writes the catalog as one JSON object.</summary>
    public void WriteTo(Utf8JsonWriter json) => WriteTo(json, []);

    /// <summary>Writes the catalog, with the mutations that endpoints declare, as one JSON object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="endpoints">The endpoints' mutations, in any order.</param>
    public void WriteTo(Utf8JsonWriter json, IEnumerable<EndpointMutation> endpoints)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(endpoints);
        new CatalogWriter(json).Write(this, endpoints, null);
    }
}

/// <summary>Writes a catalog, declaration by declaration. Everything is ordered, and members stand in a fixed order, so that two exports can be compared line by line.</summary>
internal sealed class CatalogWriter(Utf8JsonWriter json)
{
    public void Write(CatalogModel model, IEnumerable<EndpointMutation> endpoints, Action<Utf8JsonWriter>? writeSchemas)
    {
        json.WriteStartObject();
        json.WriteString("format", CatalogModel.ExportFormat);
        json.WriteNumber("version", CatalogModel.ExportVersion);
        Objects("tags", model.Tags, Tag);
        Objects("events", model.Events, Event);
        Objects("queries", model.Queries, Query);
        Objects("screens", model.Screens, screen => Screen(screen, model));
        Objects("mutations", Mutations(model, endpoints), write => write());
        writeSchemas?.Invoke(json);
        json.WriteEndObject();
    }

    private void Tag(Declared<TagKind> declared)
    {
        Head(declared);
        Texts("keys", declared.Declaration.KeyTypes.Select(TypeText.Of));
        // As each, only where there is something to say: most files were written before there was an audience.
        if (declared.Declaration.Audience.Count > 0) Objects("audience", declared.Declaration.Audience.Distinct(), Audience);
    }

    private void Audience(AudienceRule rule)
    {
        if (rule.Holders is { } holders)
        {
            json.WriteString("claim", holders.Type);
            json.WriteString("value", holders.Value);
        }
        else if (rule.With is not null) json.WriteString("with", rule.With);
        else if (rule.Everyone) json.WriteBoolean("everyone", true);
        else
        {
            json.WriteStartArray("claims");
            foreach (var claim in rule.KeyClaims) json.WriteStringValue(claim); // null is written as null
            json.WriteEndArray();
        }
    }

    private void Event(Declared<Event> declared)
    {
        Head(declared);
        json.WriteString("type", TypeText.Of(declared.Declaration.Type));
        Texts("members", declared.Declaration.Members);
        References(declared.Declaration.Tags);
        json.WriteStartObject("profile");
        json.WriteString("name", declared.Declaration.Profile.Name);
        Seconds("staleSeconds", declared.Declaration.Profile.Stale);
        Seconds("revalidateSeconds", declared.Declaration.Profile.Revalidate);
        Seconds("expireSeconds", declared.Declaration.Profile.Expire);
        json.WriteEndObject();
    }

    private void Query(DeclaredQuery declared)
    {
        var query = declared.Declaration;
        Head(declared);
        json.WriteString("level", Camel(query.Level.ToString()));
        json.WriteNumber("schema", query.Schema);
        json.WriteString("arguments", TypeText.Of(query.ArgumentsType));
        json.WriteString("value", TypeText.Of(query.ValueType));
        Texts("key", query.KeyMembers);
        References(query.Tags);
        Texts("tagsFound", Names(query.TagsFound));
        Texts("reads", Names(query.QueriesRead));
        Texts("screens", declared.Screens);
        json.WriteString("versionMember", query.VersionMember);
        if (query.VersionOfTag is { } versioned) json.WriteString("versionOf", versioned);
        json.WriteBoolean("needsScopeInitializer", query.NeedsScopeInitializer);
        json.WriteBoolean("inMemoryOnly", query.IsInMemoryOnly);
        json.WriteBoolean("loadLock", query.HasLoadLock);
        Policy(declared.Policy);
    }

    private void Policy(QueryPolicy policy)
    {
        json.WriteStartObject("policy");
        Seconds("maxStalenessSeconds", policy.MaxStaleness);
        json.WriteBoolean("serveStale", policy.ServeStale);
        Seconds("outageGraceSeconds", policy.OutageGrace);
        Seconds("staleOnErrorSeconds", policy.StaleOnError);
        Seconds("timeToLiveSeconds", policy.TimeToLive);
        Seconds("staleTimeSeconds", policy.StaleTime);
        json.WriteBoolean("refetchOnFocus", policy.RefetchOnFocus);
        json.WriteString("optimistic", Camel(policy.Optimistic.ToString()));
        Seconds("loadTimeoutSeconds", policy.LoadTimeout);
        Seconds("softTimeoutSeconds", policy.SoftTimeout);
        json.WriteNumber("maxConcurrentLoads", policy.MaxConcurrentLoads);
        json.WriteBoolean("earlyRefresh", policy.EarlyRefresh);
        Seconds("cacheTimeoutSeconds", policy.CacheTimeout);
        Seconds("loadLockLapseSeconds", policy.LoadLockLapse);
        json.WriteEndObject();
    }

    private void Screen(Declared<Screen> declared, CatalogModel model)
    {
        Head(declared);
        Texts("queries", model.Queries.Where(query => query.Screens.Contains(declared.Declaration.Name)).Select(query => query.Declaration.Name));
    }

    private void Mutation(Declared<Mutation> declared, CatalogModel model)
    {
        Head(declared);
        Texts("events", declared.Declaration.Events.Select(type => model.EventFor(type)!.Name).Distinct().Order(StringComparer.Ordinal));
    }

    // A member of its own tells them apart: only an endpoint's trigger is known, since whoever opens a catalog's mutation chooses its.
    private void Mutation(EndpointMutation endpoint)
    {
        json.WriteString("name", endpoint.Name);
        json.WriteNull("owner");
        json.WriteNull("catalog");
        Texts("events", endpoint.Events.Distinct().Order(StringComparer.Ordinal));
        json.WriteString("trigger", Camel(endpoint.Trigger.ToString()));
    }

    private IEnumerable<Action> Mutations(CatalogModel model, IEnumerable<EndpointMutation> endpoints) =>
        model.Mutations.Select(declared => (declared.Declaration.Name, Write: (Action)(() => Mutation(declared, model))))
            .Concat(endpoints.Select(endpoint => (endpoint.Name, Write: (Action)(() => Mutation(endpoint)))))
            .OrderBy(mutation => mutation.Name, StringComparer.Ordinal)
            .Select(mutation => mutation.Write);

    private void References(IEnumerable<TagReference> references) => Objects("tags",
        references
            .OrderBy(reference => reference.Tag, StringComparer.Ordinal)
            .ThenBy(reference => reference.Constant ?? string.Join(',', reference.Members), StringComparer.Ordinal),
        Reference);

    private void Reference(TagReference reference)
    {
        json.WriteString("tag", reference.Tag);
        if (reference.Constant is not null) json.WriteString("constant", reference.Constant);
        else Texts("members", reference.Members);
        if (reference.Each) json.WriteBoolean("each", true);
        if (reference.Version is not null) json.WriteString("version", reference.Version);
    }

    private void Head<T>(Declared<T> declared) where T : Declaration
    {
        json.WriteString("name", declared.Declaration.Name);
        json.WriteString("owner", declared.Owner);
        json.WriteString("catalog", declared.Catalog);
    }

    private void Objects<T>(string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void Texts(string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    // A decimal, because a double would write 0.1 s as what is nearest to it.
    private void Seconds(string name, TimeSpan time) => json.WriteNumber(name, (decimal)time.Ticks / TimeSpan.TicksPerSecond);

    private static IEnumerable<string> Names(IEnumerable<Declaration> declarations) =>
        declarations.Select(declaration => declaration.Name).Distinct().Order(StringComparer.Ordinal);

    private static string Camel(string word) => JsonNamingPolicy.CamelCase.ConvertName(word);
}
