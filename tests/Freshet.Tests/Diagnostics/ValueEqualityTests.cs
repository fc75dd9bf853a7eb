using System.Collections.Immutable;

namespace Freshet.Tests.Diagnostics;

public sealed class ValueEqualityTests
{
    private sealed record Line(string Text, int Count, DateTimeOffset? At = null);

    private sealed record Page(string Title, IReadOnlyList<Line> Lines, Plain? Attachment = null);

    private abstract record Animal(IReadOnlyList<string> Names);

    private sealed record Dog(IReadOnlyList<string> Names, int Age) : Animal(Names);

    private readonly record struct Pair(int First, IReadOnlyList<string> Second);

    private sealed class Plain
    {
        public int Number { get; init; }
    }

    private sealed record ById(string Id, IReadOnlyList<string> Rest)
    {
        public bool Equals(ById? other) => other is not null && other.Id == Id;

        public override int GetHashCode() => 0;
    }

#pragma warning disable CA1067 // The point: without Equals(object) it cannot be asked.
    private sealed class HalfEquatable : IEquatable<HalfEquatable>
#pragma warning restore CA1067
    {
        public bool Equals(HalfEquatable? other) => true;
    }

    private sealed record Circle(string Name)
    {
        public List<Circle> Around { get; } = [];
    }

    public static TheoryData<string, object?, object?, bool?> Pairs => new()
    {
        { "text", "a", new string('a', 1), true },
        { "other text", "a", "b", false },
        { "numbers", 1, 1, true },
        { "enums", RiskLevel.High, RiskLevel.Low, false },
        { "nothing twice", null, null, true },
        { "nothing, then a record", null, new Line("a", 1), false },
        { "nothing, then what cannot be judged", null, new Plain(), null },
        { "bytes", new byte[] { 1, 2 }, new byte[] { 1, 2 }, true },
        { "other bytes", new byte[] { 1, 2 }, new byte[] { 1, 3 }, false },
        { "memory", new ReadOnlyMemory<byte>([1]), new ReadOnlyMemory<byte>([1]), true },
        { "records", new Line("a", 1), new Line("a", 1), true },
        { "other records", new Line("a", 1), new Line("a", 2), false },
        { "lists of records", new List<Line> { new("a", 1) }, new[] { new Line("a", 1) }, true },
        { "longer lists", new List<Line> { new("a", 1) }, new List<Line> { new("a", 1), new("b", 1) }, false },
        { "immutable arrays", ImmutableArray.Create(1, 2), ImmutableArray.Create(1, 2), true },
        { "a record with a list", new Page("t", [new("a", 1)]), new Page("t", [new("a", 1)]), true },
        { "a record with another list", new Page("t", [new("a", 1)]), new Page("t", [new("a", 2)]), false },
        { "a record with what cannot be judged", new Page("t", [], new Plain()), new Page("u", [], new Plain()), null },
        { "a derived record with a list", new Dog(["x"], 1), new Dog(["x"], 1), true },
        { "a derived record with another list", new Dog(["x"], 1), new Dog(["y"], 1), false },
        { "a record struct with a list", new Pair(1, ["x"]), new Pair(1, ["x"]), true },
        { "a record that compares itself", new ById("a", ["x"]), new ById("a", ["y"]), true },
        { "tuples with lists", (1, new[] { "x" }), (1, new[] { "x" }), true },
        { "dictionaries in another order", new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 }, new Dictionary<string, int> { ["b"] = 2, ["a"] = 1 }, true },
        { "dictionaries with another value", new Dictionary<string, int> { ["a"] = 1 }, new Dictionary<string, int> { ["a"] = 2 }, false },
        { "dictionaries with another key", new Dictionary<string, int> { ["a"] = 1 }, new Dictionary<string, int> { ["b"] = 1 }, false },
        { "a larger dictionary", new Dictionary<string, int>(), new Dictionary<string, int> { ["b"] = 1 }, false },
        { "classes", new Plain(), new Plain(), null },
        { "lists of classes", new[] { new Plain() }, new[] { new Plain() }, null },
        { "lists of classes of other length", Array.Empty<Plain>(), new[] { new Plain() }, null },
        { "IEquatable without Equals", new HalfEquatable(), new HalfEquatable(), null },
        { "sequences", Enumerable.Range(0, 2).Where(i => i > 0), Enumerable.Range(0, 2).Where(i => i > 0), null },
        { "two dimensions", new int[1, 1], new int[1, 1], null },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void ValuesAreComparedAsFarAsTheirTypesCanTell(string what, object? before, object? after, bool? same) =>
        ValueEquality.Compare(before, after).ShouldBe(same, what);

    [Fact]
    public void TheSameInstanceOfWhatCannotBeJudgedIsNotJudgedEither()
    {
        var value = new Plain();
        ValueEquality.Compare(value, value).ShouldBeNull();
    }

    [Fact]
    public void AValueThatHoldsItselfIsNotFollowedForEver()
    {
        var (first, second) = (new Circle("a"), new Circle("a"));
        first.Around.Add(first);
        second.Around.Add(second);

        ValueEquality.Compare(first, second).ShouldBeNull();
    }

    [Fact]
    public void AHugeValueIsNotJudged()
    {
        ValueEquality.Compare(new int[ValueEquality.MostParts + 1], new int[ValueEquality.MostParts + 1]).ShouldBeNull();
        ValueEquality.Compare(new byte[ValueEquality.MostParts + 1], new byte[ValueEquality.MostParts + 1]).ShouldBe(true, "bytes are cheap");
    }
}
