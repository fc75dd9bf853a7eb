using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Freshet;

namespace BillingDesk.Tests;

/// <summary>One answer to a write, and what the write did.</summary>
internal sealed class Written(HttpResponseMessage response, string body, IReadOnlyList<LogRecord> records, long loads)
{
    public HttpStatusCode Status { get; } = response.StatusCode;

    public HttpResponseHeaders Headers { get; } = response.Headers;

    public string? ContentType { get; } = response.Content.Headers.ContentType?.MediaType;

    public string Body { get; } = body;

    public IReadOnlyList<LogRecord> Records { get; } = records;

    /// <summary>The token in the header; null when there is none.</summary>
    public string? Token => Header("Freshness-Token");

    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    /// <summary>The body, without an envelope.</summary>
    public T Bare<T>() => JsonSerializer.Deserialize<T>(Body, JsonSerializerOptions.Web)!;

    /// <summary>The envelope's data. Asserts that the rest of the envelope is complete and says the same as the headers.</summary>
    public T Data<T>(params string[] events)
    {
        Status.ShouldBe(HttpStatusCode.OK, Body);
        var envelope = JsonNode.Parse(Body)!.AsObject();
        envelope["status"]!.GetValue<string>().ShouldBe("completed");
        envelope["freshness_events"]!.AsArray().Select(each => each!["type"]!.GetValue<string>()).ShouldBe(events);
        envelope["freshness_token"]?.GetValue<string>().ShouldBe(Token);
        envelope.ContainsKey("freshness_token").ShouldBe(Token is not null);
        return envelope["data"].Deserialize<T>(JsonSerializerOptions.Web)!;
    }

    /// <summary>Asserts that the write expired exactly these tags, in one record, and loaded nothing ahead of its readers.</summary>
    public void ShouldHaveExpired(params string[] tags) => ShouldHaveInvalidated(InvalidationKind.Expire, tags);

    /// <summary>Asserts that the write marked stale exactly these tags, in one record, and loaded nothing ahead of its readers.</summary>
    public void ShouldHaveMarkedStale(params string[] tags) => ShouldHaveInvalidated(InvalidationKind.MarkStale, tags);

    /// <summary>Asserts that the write left log and cache alone.</summary>
    public void ShouldHaveInvalidatedNothing()
    {
        Records.ShouldBeEmpty();
        loads.ShouldBe(0);
        Token.ShouldBeNull();
        Header("Freshness-Tags").ShouldBeNull();
        Header("Freshness-Events").ShouldBeNull();
    }

    private void ShouldHaveInvalidated(InvalidationKind kind, string[] tags)
    {
        var record = Records.ShouldHaveSingleItem();
        record.Invalidations.Select(each => each.Tag.Text).Order().ShouldBe(tags.Order());
        record.Invalidations.ShouldAllBe(each => each.Kind == kind);
        record.Cause.ShouldBeNull();
        loads.ShouldBe(0, "nothing is refetched before somebody reads");
        if (record.Trigger != TriggerKind.UserAction) return;
        Token.ShouldNotBeNullOrEmpty();
        Header("Freshness-Tags")!.Split(' ').Length.ShouldBe(tags.Length);
        Header("Freshness-Position").ShouldBe($"{record.Position}-{record.Position}");
    }
}
