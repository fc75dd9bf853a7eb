using FsCheck;
using FsCheck.Fluent;

namespace Freshet.Tests.Store;

/// <summary>The table by itself: what it holds, how it grows and shrinks, and what a reader can tell who was led astray.</summary>
public sealed class LinkTableTests
{
    private sealed class Item(uint hash) : Link
    {
        public static Item Of(uint hash) => new(hash) { Hash = hash };

        public override string ToString() => $"{hash}";
    }

    private enum Kind
    {
        Add,
        Replace,
        Remove,
    }

    private sealed record Step(Kind Kind, int At, uint Hash);

    [Fact]
    public void AnySequenceOfWritesLeavesWhatAPlainListLeaves()
    {
        // Few hashes, so that chains are long; and hashes that agree in their low bits, so that splitting moves all of a chain or nothing.
        var hashes = Gen.OneOf(Gen.Choose(0, 3), Gen.Choose(0, 200), Gen.Choose(0, 30).Select(n => n << 6)).Select(n => (uint)n);
        var steps =
            from kind in Gen.Frequency((5, Gen.Constant(Kind.Add)), (2, Gen.Constant(Kind.Replace)), (4, Gen.Constant(Kind.Remove)))
            from at in Gen.Choose(0, 1_000)
            from hash in hashes
            select new Step(kind, at, hash);
        Prop.ForAll(steps.ListOf().ToArbitrary(), sequence => Follows(sequence)).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithEndSize(300));
    }

    private static void Follows(IEnumerable<Step> sequence)
    {
        var (table, model, gone) = (new LinkTable(), new List<Item>(), new List<Item>());
        foreach (var step in sequence)
        {
            var at = model.Count == 0 ? -1 : step.At % model.Count;
            if (at < 0 || step.Kind == Kind.Add)
            {
                var item = Item.Of(step.Hash);
                table.AddLocked(item);
                model.Add(item);
            }
            else if (step.Kind == Kind.Replace)
            {
                var item = Item.Of(model[at].Hash);
                table.TryReplaceLocked(model[at], item).ShouldBeTrue();
                gone.Add(model[at]);
                model[at] = item;
            }
            else
            {
                table.TryRemoveLocked(model[at]).ShouldBeTrue();
                gone.Add(model[at]);
                model.RemoveAt(at);
            }
        }

        table.Count.ShouldBe(model.Count);
        (table.Moves % 2).ShouldBe(0);
        foreach (var item in model) ChainOf(table, item.Hash).Count(link => ReferenceEquals(link, item)).ShouldBe(1);
        foreach (var item in gone)
        {
            ChainOf(table, item.Hash).ShouldNotContain(item);
            item.Next.ShouldBeNull();
            table.TryRemoveLocked(item).ShouldBeFalse();
            table.TryReplaceLocked(item, Item.Of(item.Hash)).ShouldBeFalse();
        }
        All(table).ShouldBe(model, ignoreOrder: true);
        model.Count.ShouldBeLessThanOrEqualTo((int)(table.Chains - table.Chains / 4));
        ((int)table.Chains).ShouldBeLessThanOrEqualTo(Math.Max(2, 2 * model.Count + 1));
    }

    [Fact]
    public void ItGrowsToAMillionAndShrinksBackWithoutLosingAny()
    {
        const int Items = 1_000_000;
        var (table, items) = (new LinkTable(), new Item[Items]);
        for (var i = 0; i < Items; i++) table.AddLocked(items[i] = Item.Of(HashSpread.Of(i)));
        for (var i = 0; i < Items; i += 97) ChainOf(table, items[i].Hash).ShouldContain(items[i]);
        table.Chains.ShouldBeInRange(1_333_333u, 1_333_335u);

        for (var i = 0; i < Items; i++)
        {
            table.TryRemoveLocked(items[i]).ShouldBeTrue();
            if (i % 50_000 == 0 && i + 1 < Items) ChainOf(table, items[^1].Hash).ShouldContain(items[^1]);
        }

        table.Count.ShouldBe(0);
        table.Chains.ShouldBe(2u);
        table.Chunks.ShouldBe(1);
    }

    [Fact]
    public void KeysThatDifferInTheirHighBitsOnlyAreSpread()
    {
        var table = new LinkTable();
        for (var i = 0; i < 4_096; i++) table.AddLocked(Item.Of(HashSpread.Of(i << 16))); // by themselves they would all share one chain

        var longest = 0;
        for (var i = 0; i < 4_096; i++)
        {
            var length = 0;
            for (var link = table.First(HashSpread.Of(i << 16)); link is not null; link = link.Next) length++;
            longest = Math.Max(longest, length);
        }
        longest.ShouldBeLessThan(512);
    }

    [Fact]
    public void AReaderOnALinkThatLeavesCanTellThatItWasLedAstray()
    {
        var table = new LinkTable();
        var (second, first) = (Item.Of(8), Item.Of(8));
        table.AddLocked(second);
        table.AddLocked(first);
        var before = table.Moves;
        table.First(8).ShouldBeSameAs(first); // the reader has come this far

        table.TryRemoveLocked(first);

        first.Next.ShouldBeNull("so the reader does not come to the second");
        table.Moves.ShouldNotBe(before);
        table.First(8).ShouldBeSameAs(second);
    }

    [Fact]
    public void AReaderOnALinkThatMovesToANewChainCanTellThatItWasLedAstray()
    {
        var table = new LinkTable();
        var (stays, moves) = (Item.Of(0), Item.Of(2));
        table.AddLocked(stays);
        table.AddLocked(moves);
        var before = table.Moves;
        table.First(0).ShouldBeSameAs(moves); // the reader looks for the one that stays, and has come this far
        moves.Next.ShouldBeSameAs(stays);

        table.AddLocked(Item.Of(1)); // a third link in two chains: the first is split

        moves.Next.ShouldBeNull("so the reader does not come to the one that stays");
        table.Moves.ShouldNotBe(before);
        table.First(0).ShouldBeSameAs(stays);
        table.First(2).ShouldBeSameAs(moves);
    }

    [Fact]
    public void AWalkWhileTheTableShrinksMissesNothingThatStays()
    {
        var (table, items) = (new LinkTable(), new List<Item>());
        for (var i = 0u; i < 3_000; i++) items.Add(Item.Of(HashSpread.Of((int)i)));
        foreach (var item in items) table.AddLocked(item);
        var (stay, leave) = (items[..100], items[100..]);

        var seen = new HashSet<Link>();
        var copies = new List<Link>();
        for (var below = uint.MaxValue; below > 0;)
        {
            below = table.CopyLocked(below, copies);
            seen.UnionWith(copies);
            copies.Clear();
            foreach (var item in leave.Take(100).ToList()) table.TryRemoveLocked(item); // chains merge downwards, past those seen
            leave = [.. leave.Skip(100)];
        }

        leave.ShouldBeEmpty("or the table has not shrunk under the walk");
        stay.ShouldAllBe(item => seen.Contains(item));
    }

    private static IEnumerable<Link> ChainOf(LinkTable table, uint hash)
    {
        for (var link = table.First(hash); link is not null; link = link.Next)
        {
            if (link.Hash == hash) yield return link;
        }
    }

    private static List<Link> All(LinkTable table)
    {
        var all = new List<Link>();
        for (var below = uint.MaxValue; below > 0;) below = table.CopyLocked(below, all);
        return all;
    }
}
