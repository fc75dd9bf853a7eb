using FsCheck;
using FsCheck.Fluent;

namespace Freshet.Tests.Store;

public sealed class HashSpreadTests
{
    [Fact]
    public void EqualTextsHashTheSameWhereverTheyStandInMemory() =>
        Prop.ForAll<NonNull<string>>(text => HashSpread.Of(text.Get).ShouldBe(HashSpread.Of(new string([.. text.Get]))))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithEndSize(300));

    /// <summary>Of every length, around the ends of words and of what is hashed here.</summary>
    [Fact]
    public void EveryCharacterCounts()
    {
        for (var length = 0; length <= HashSpread.LongestText + 3; length++)
        {
            var text = new string('a', length).ToCharArray();
            var seen = new HashSet<uint> { HashSpread.Of(new string(text)) };
            for (var at = 0; at < length; at++)
            {
                text[at] = 'b';
                seen.Add(HashSpread.Of(new string(text)));
                text[at] = 'a';
            }
            seen.Count.ShouldBeGreaterThanOrEqualTo(length, $"{length} characters"); // all of them, but for one meeting by chance
        }
    }

    [Fact]
    public void ATextAndTheSameWithZerosAfterItDiffer()
    {
        var hashes = Enumerable.Range(0, 100).Select(zeros => HashSpread.Of("a" + new string('\0', zeros)));

        hashes.Distinct().Count().ShouldBeGreaterThanOrEqualTo(99);
    }

    [Fact]
    public void ManyKeysOfAPatternMeetNoMoreThanByChance()
    {
        const int Keys = 100_000;
        var texts = Enumerable.Range(0, Keys).Select(i => HashSpread.Of($"account-{i:D8}")).Distinct().Count();

        // One or two pairs are to be expected, but over all secrets: keys alike in their words meet rarely, and then many at once. As pairs
        // are all that the promise is about, Markov's inequality is what bounds that: one process in four thousand loses more than these.
        texts.ShouldBeGreaterThan(Keys - 5_000);
    }
}
