using System.Text.Json;
using System.Text.Json.Nodes;

namespace Freshet.AspNetCore.Tests;

public sealed class EventJsonTests
{
    [Fact]
    public void Members_are_camel_case_whatever_the_application_writes()
    {
        Write(new("invoice.paid", new InvoicePaid("inv_1", "acc_1")), new JsonSerializerOptions(JsonSerializerOptions.Web) { PropertyNamingPolicy = JsonNamingPolicy.KebabCaseUpper })
            .ShouldBe("""[{"type":"invoice.paid","invoiceId":"inv_1","accountId":"acc_1"}]""");
    }

    [Fact]
    public void An_event_that_another_process_raised_is_the_same_from_its_data()
    {
        var record = new LogRecord
        {
            Position = 1, Id = default, Epoch = default, At = default, Trigger = TriggerKind.Job, Action = "test", Call = "Raise", Invalidations = [],
            Event = "invoice.paid", EventData = """{"invoiceId":"inv_1","type":"left behind"}""",
        };
        var events = Wire.Events(JsonSerializerOptions.Web);
        events.Write(record)!.ToJsonString().ShouldBe("""{"type":"invoice.paid","invoiceId":"inv_1"}""");
        events.Write(record with { EventData = null })!.ToJsonString().ShouldBe("""{"type":"invoice.paid"}""");
        events.Write(record with { Cause = LogRecord.Uncertain }).ShouldBeNull();
        events.Write(record with { Event = null }).ShouldBeNull();
    }

    [Fact]
    public void The_header_is_ASCII_without_control_characters()
    {
        var header = Header(new Raised("note.added", new NoteAdded("acc_1", "caf\u00e9 \u2713 \U0001F600\r\nSet-Cookie: x=1\u007f")));

        header!.ShouldAllBe(c => c >= ' ' && c <= '~');
        JsonNode.Parse(header!)![0]!["text"]!.GetValue<string>().ShouldBe("caf\u00e9 \u2713 \U0001F600\r\nSet-Cookie: x=1\u007f");
    }

    [Fact]
    public void A_header_that_would_be_too_long_names_the_events_each_once()
    {
        var @long = new NoteAdded("acc_1", new string('x', EventJson.MaxHeaderLength));

        Header(new("note.added", @long), new("note.added", @long), new("invoice.paid", new InvoicePaid("inv_1", "acc_1")))
            .ShouldBe("""["note.added","invoice.paid"]""");
    }

    [Fact]
    public void A_header_is_left_out_when_not_even_the_names_fit()
    {
        Header([.. Enumerable.Range(0, 500).Select(i => new Raised($"event.number-{i}", new NoteAdded("a", "b")))]).ShouldBeNull();
    }

    [Fact]
    public void No_events_make_no_header() => Header().ShouldBeNull();

    [Fact]
    public void An_event_that_cannot_be_written_keeps_its_name()
    {
        Write(new("broken", new Broken())).ShouldBe("""[{"type":"broken"}]""");
    }

    [Fact]
    public void A_member_called_type_does_not_hide_the_events_name()
    {
        Write(new("file.added", new FileAdded("pdf", 3))).ShouldBe("""[{"type":"file.added","size":3}]""");
    }

    [Fact]
    public void An_event_that_is_not_an_object_is_its_name()
    {
        Write(new("number", 7)).ShouldBe("""[{"type":"number"}]""");
    }

    [Fact]
    public void An_uncertain_event_is_not_told_as_a_fact()
    {
        Write(new("invoice.paid", new InvoicePaid("inv_1", "acc_1"), Cause: "uncertain")).ShouldBe("[]");
    }

    private sealed record Raised(string Name, object Value, string? Cause = null);

    private sealed record FileAdded(string Type, int Size);

    private sealed class Broken
    {
        public int A => throw new InvalidOperationException();
    }

    private static JsonArray Json(Raised[] raised, JsonSerializerOptions? options) =>
        Wire.Events(options ?? JsonSerializerOptions.Web).Write([.. raised.Select(each => new LogRecord
        {
            Position = 1,
            Id = Guid.NewGuid(),
            Epoch = Epoch.Create(),
            At = DateTimeOffset.UnixEpoch,
            Trigger = TriggerKind.UserAction,
            Action = "test",
            Call = "Raise",
            Event = each.Name,
            EventValue = each.Value,
            Cause = each.Cause,
            Invalidations = [],
        })]);

    private static string Write(Raised raised, JsonSerializerOptions? options = null) => Json([raised], options).ToJsonString();

    private static string? Header(params Raised[] raised) => EventJson.ForHeader(Json(raised, null));
}
