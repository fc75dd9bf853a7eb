using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Property = Freshet.Tests.Properties.Property;
using FsCheck.Fluent;

namespace Freshet.Tests.Log;

/// <summary>Records as nodes hand them to each other.</summary>
public sealed class RecordJsonTests
{
    private static readonly LogPosition _position = new(Epoch.Create(), 42);
    private static readonly DateTimeOffset _at = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_123);
    private static readonly RecordDraft _draft = new(
        Guid.Parse("0af76519-16cd-43dd-8448-eb211c80319c"), "Raise", "invoice.paid", null,
        [new Invalidation(Things.Thing.For("a"), InvalidationKind.Expire, TimeSpan.Zero), new Invalidation(Things.Thing.For("b"), InvalidationKind.MarkStale, TimeSpan.FromMinutes(5))]);

    [Fact]
    public void TheFormIsTheOneThatOtherVersionsRead()
    {
        var json = RecordJson.Write(new Writer(TriggerKind.UserAction, "POST /pay", "ann", "00-1-2-01"), _draft with { Cause = "uncertain" }, """{"invoiceId":"inv_1"}""");

        Encoding.UTF8.GetString(json).ShouldBe(
            """{"id":"0af76519-16cd-43dd-8448-eb211c80319c","trigger":"user-action","action":"POST /pay","actor":"ann","call":"Raise","event":"invoice.paid","data":{"invoiceId":"inv_1"}"""
            + $$""","invalidations":[{"tag":"{{Things.Thing.For("a")}}"},{"tag":"{{Things.Thing.For("b")}}","staleFor":300000}],"trace":"00-1-2-01","cause":"uncertain"}""");
    }

    [Fact]
    public void AnyRecordIsReadAsItWasWritten() => Property.Holds(
        from trigger in Gen.Elements(Enum.GetValues<TriggerKind>())
        from texts in ArbMap.Default.GeneratorFor<string?>().ArrayOf(5)
        from data in Gen.Elements(null, "{}", """{"a":[1,{"b":"}"}],"c":null}""")
        from deadlines in Gen.Choose(-1, 1_000_000).ListOf()
        select (trigger, texts, data, deadlines), each =>
    {
        // Half a character cannot be written as UTF-8 at all.
        var texts = each.texts.Select(text => text is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text))).ToArray();
        var draft = new RecordDraft(
            RecordId.Next(), texts[0] ?? "", texts[1], null,
            [.. each.deadlines.Select((deadline, at) => new Invalidation(
                Things.Thing.For($"k{at}"), deadline < 0 ? InvalidationKind.Expire : InvalidationKind.MarkStale, TimeSpan.FromMilliseconds(Math.Max(deadline, 0))))], texts[2]);
        var json = RecordJson.Write(new Writer(each.trigger, texts[3] ?? "", texts[4], null), draft, each.data);
        json.ShouldNotContain((byte)'\n');

        var read = RecordJson.Read(json, _position, _at);
        (read.Position, read.Epoch, read.At, read.Id, read.Trigger).ShouldBe((42, _position.Epoch, _at, draft.Id, each.trigger));
        (read.Call, read.Event, read.Cause, read.Action, read.Actor).ShouldBe((draft.Call, draft.Event, draft.Cause, texts[3] ?? "", texts[4]));
        read.EventData.ShouldBe(each.data);
        read.Invalidations.ShouldBe(draft.Invalidations);
        read.Invalidations.ShouldAllBe(invalidation => invalidation.Tag.Kind == Things.Thing.Name);
    });

    [Fact]
    public void WhatANewerVersionAddsIsSkipped()
    {
        var json = """{"new":{"a":[1]},"id":"0af76519-16cd-43dd-8448-eb211c80319c","trigger":"job","action":"a","call":"c","invalidations":[{"depth":[2],"tag":"x:y","other":1}],"last":null}"""u8;
        var read = RecordJson.Read(json, _position, _at);

        (read.Trigger, read.Action, read.Call, read.Event, read.EventData).ShouldBe((TriggerKind.Job, "a", "c", null, null));
        read.Invalidations.ShouldHaveSingleItem().Kind.ShouldBe(InvalidationKind.Expire);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":"0af76519-16cd-43dd-8448-eb211c80319c","trigger":"job","action":"a","call":"c"}""")]
    [InlineData("""{"id":"0af76519-16cd-43dd-8448-eb211c80319c","trigger":"ghost","action":"a","call":"c","invalidations":[]}""")]
    [InlineData("""{"id":"0af76519-16cd-43dd-8448-eb211c80319c","trigger":"job","action":7,"call":"c","invalidations":[]}""")]
    [InlineData("""{"id":"0af76519-16cd-43dd-8448-eb211c80319c","trigger":"job","action":"a","call":"c","invalidations":[{"tag":"nocolon"}]}""")]
    [InlineData("""{"id":"0af76519-16cd-43dd-8448-eb211c80319c","trigger":"job","action":"a","call":"c","invalidations":[{"staleFor":1}]}""")]
    [InlineData("""{"id":"0af76519-16cd-43dd-8448-eb211c80319c","trigger":"job","action":"a","call":"c","invalidations":[{"tag":"x:y","staleFor":9223372036854775807}]}""")]
    [InlineData("""{"id":"0af76519-16cd-43dd-8448-eb211c80319c","trigger":"job","action":"a","call":"c","invalidations":[]} {}""")]
    public void WhatIsNoRecordIsAnErrorOfOursThatNamesItsPosition(string json)
    {
        var error = Should.Throw<UnreadableRecordException>(() => RecordJson.Read(Encoding.UTF8.GetBytes(json), _position, _at));

        (error.Code, error.Position).ShouldBe(("unreadable-record", 42));
    }

    /// <summary>Whatever bytes a stranger leaves in the log, a follower meets one kind of error.</summary>
    [Fact]
    public void AnyDamageIsReadOrIsAnErrorOfOurs()
    {
        var whole = RecordJson.Write(new Writer(TriggerKind.Job, "job", "ann", null), _draft, """{"a":"b"}""");
        Property.Holds(
            from changes in (from at in Gen.Choose(0, whole.Length - 1) from to in Gen.Choose(0, 255) select (at, to)).ListOf()
            from length in Gen.Choose(0, whole.Length)
            select (changes, length), damage =>
        {
            var bytes = whole.ToArray();
            foreach (var (at, to) in damage.changes) bytes[at] = (byte)to;
            try
            {
                RecordJson.Read(bytes.AsSpan(0, damage.length), _position, _at);
            }
            catch (UnreadableRecordException)
            {
                // As promised; any other fails the test.
            }
        }, runs: 1000);
    }

    [Fact]
    public void AnEventIsWrittenInCamelCaseOnOneLineWhateverTheApplicationsOptions()
    {
        var events = new EventData(new JsonSerializerOptions { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseUpper, TypeInfoResolver = new DefaultJsonTypeInfoResolver() });

        events.Of(new { InvoiceId = "inv_1", Amount = 2 }).ShouldBe("""{"invoiceId":"inv_1","amount":2}""");
        events.Of("no object").ShouldBeNull();
    }
}
