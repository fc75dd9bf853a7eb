using System.Linq.Expressions;

namespace Freshet.Tests;

public sealed class MemberSelectorTests
{
    private readonly Tag<string> _tag = new("tag");

    [Fact]
    public void A_chain_of_members_is_known_by_its_path()
    {
        Path<Line, string>(line => line.Id).ShouldBe("Id");
        Path<Line, string>(line => line.Invoice.AccountId).ShouldBe("Invoice.AccountId");
        Path<string, string>(id => id).ShouldBe("");
        Path<(string Org, int Seat), string>(pair => pair.Org).ShouldBe("Item1");
        Path<Line, int>(line => line.Id.Length).ShouldBe("Id.Length");
    }

    [Fact]
    public void What_the_compiler_widens_by_itself_stays_a_member()
    {
        Path<Line, long>(line => line.Number).ShouldBe("Number");
        Path<Line, int?>(line => line.Number).ShouldBe("Number");
        Path<Line, long?>(line => line.Number).ShouldBe("Number");
        Path<Line, IEnumerable<string>>(line => line.Names).ShouldBe("Names");
        Path<Line, object>(line => line.Number).ShouldBe("Number");
    }

    [Fact]
    public void Taking_the_value_of_a_nullable_names_the_same_member()
    {
        Path<Line, int>(line => line.Parent!.Value).ShouldBe("Parent");
        Path<Line, int>(line => (int)line.Parent!).ShouldBe("Parent");
        Path<Line, long>(line => (long)line.Parent!).ShouldBe("Parent");
    }

    [Fact]
    public void Anything_computed_is_opaque_because_it_could_not_be_shown_or_compared()
    {
        var captured = "captured";
        string[] paths =
        [
            Path<Line, string>(line => line.Id + "!"), Path<Line, string>(line => line.Id.Trim()), Path<Line, string>(line => line.Names[0]),
            Path<Line, string>(_ => captured), Path<Line, string>(_ => "constant"), Path<Line, string>(_ => string.Empty),
            Path<Line, string>(line => line.Id ?? "none"), Path<Line, bool>(line => !line.IsPaid),
        ];
        paths.ShouldAllBe(path => path == "opaque");
    }

    [Fact]
    public void A_conversion_that_makes_different_values_equal_is_opaque()
    {
        Path<Line, byte>(line => (byte)line.Number).ShouldBe("opaque");
        Path<Line, uint>(line => (uint)line.Number).ShouldBe("opaque");
        Path<Line, float>(line => line.Number).ShouldBe("opaque");
        Path<Line, int>(line => (int)line.Day).ShouldBe("opaque");
        Path<Line, decimal>(line => line.Number).ShouldBe("opaque");
        Path<Line, string>(line => line.Account).ShouldBe("opaque");
    }

    [Fact]
    public void An_opaque_selector_is_a_fault_at_start_up_and_not_while_writing_down()
    {
        var changed = new Event<Line>("changed").Invalidates(_tag, line => line.Id.Trim());
        Composing.TheFault(CatalogFaultKind.OpaqueSelector, "changed", _tag, changed).What.ShouldContain("line => line.Id.Trim()");
    }

    [Fact]
    public void Every_place_that_takes_a_selector_refuses_an_opaque_one()
    {
        var pair = new Tag<string, string>("pair");
        var triple = new Tag<string, string, string>("triple");
        var changed = new Event<Line>("changed")
            .Invalidates(pair, line => line.Id, line => line.Id + "a")
            .Invalidates(triple, line => line.Id, line => line.Id, line => line.Id + "b")
            .InvalidatesEach(_tag, line => line.Names.Where(name => name != ""));
        var query = new CachedQuery<string, string>("query", RiskLevel.Low)
            .DependsOn(_tag, id => id + "c")
            .DependsOn(pair, id => id, id => id + "d")
            .DependsOn(triple, id => id, id => id, id => id + "e")
            .KeyedBy(id => id + "f")
            .VersionedBy(text => text.Length + 1)
            .LoadWith((id, _) => Task.FromResult(id));

        var faults = Composing.Faults(_tag, pair, triple, changed, query);
        faults.ShouldAllBe(fault => fault.Kind == CatalogFaultKind.OpaqueSelector);
        faults.Count(fault => fault.Declaration == "changed").ShouldBe(3);
        faults.Count(fault => fault.Declaration == "query").ShouldBe(5);
    }

    [Fact]
    public void A_null_on_the_way_is_a_null_key_that_names_the_whole_path()
    {
        var changed = new Event<Line>("changed").Invalidates(_tag, line => line.Invoice.AccountId);
        var thrown = Should.Throw<InvalidKeyException>(() => changed.TagsOf(Some with { Invoice = null! }));
        (thrown.Declaration, thrown.Part, thrown.Fault).ShouldBe(("changed", "Invoice.AccountId", KeyFault.Null));
    }

    [Fact]
    public void A_nullable_without_value_is_a_null_key()
    {
        var tag = new Tag<int>("number");
        foreach (var changed in new[]
        {
            new Event<Line>("changed").Invalidates(tag, line => line.Parent!.Value),
            new Event<Line>("changed").Invalidates(tag, line => (int)line.Parent!),
            new Event<Line>("changed").Invalidates(new Tag<int?>("number"), line => line.Parent),
        })
            Should.Throw<InvalidKeyException>(() => changed.TagsOf(Some)).Fault.ShouldBe(KeyFault.Null);
    }

    [Fact]
    public void A_null_in_the_arguments_of_a_query_is_a_null_key_too()
    {
        var query = new CachedQuery<Line, string>("query", RiskLevel.Low).KeyedBy(line => line.Invoice.AccountId);
        Should.Throw<InvalidKeyException>(() => query.KeyOf(Some with { Invoice = null! })).Fault.ShouldBe(KeyFault.Null);
    }

    [Fact]
    public void An_exception_of_a_members_own_is_not_taken_for_a_missing_value()
    {
        var changed = new Event<Line>("changed").Invalidates(_tag, line => line.Broken);
        Should.Throw<InvalidOperationException>(() => changed.TagsOf(Some)).Message.ShouldBe("broken");
    }

    [Fact]
    public void A_list_member_names_a_tag_for_each_item_and_none_when_empty()
    {
        var changed = new Event<Line>("changed").InvalidatesEach(_tag, line => line.Names);
        changed.TagsOf(Some with { Names = ["a", "b", "a"] }).ShouldBe([_tag.For("a"), _tag.For("b")]);
        changed.TagsOf(Some with { Names = [] }).ShouldBeEmpty();
        Should.Throw<InvalidKeyException>(() => changed.TagsOf(Some with { Names = null! })).Part.ShouldBe("Names");
        Should.Throw<InvalidKeyException>(() => changed.TagsOf(Some with { Names = ["a", ""] })).Fault.ShouldBe(KeyFault.Empty);
    }

    private static Line Some { get; } = new("line_1", 1, new Invoice("acc_1"), ["a"], null, true, DayOfWeek.Monday, new AccountId("acc_1"));

    private static string Path<TSource, TKey>(Expression<Func<TSource, TKey>> selector) => MemberPath.Of(selector)?.Text ?? "opaque";

    private sealed record Invoice(string AccountId);

    private sealed record AccountId(string Text)
    {
        public static implicit operator string(AccountId id) => id.Text[..1];
    }

    private sealed record Line(string Id, int Number, Invoice Invoice, List<string> Names, int? Parent, bool IsPaid, DayOfWeek Day, AccountId Account)
    {
        public string Broken => throw new InvalidOperationException("broken");
    }
}
