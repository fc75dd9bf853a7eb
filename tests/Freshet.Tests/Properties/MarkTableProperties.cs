using FsCheck.Fluent;

namespace Freshet.Tests.Properties;

/// <summary>The marks of all tags, some forgotten and made anew: whoever holds one is told what the list of all invalidations says, or something stricter.</summary>
public sealed class MarkTableProperties
{
    private static readonly Tag[] _tags = [.. "abc".Select(name => Things.Thing.For(name.ToString()))];

    private enum Kind
    {
        Expire,
        ExpireLate,
        MarkStale,
        Wait,
        Load,
        FindTag,
        Land,
        Drop,
        Forget,
        MeetMark,
        ForgetMetMark,
    }

    private sealed record Step(Kind Kind, int Tag, int Amount);

    /// <summary>A load or an entry: both hold marks.</summary>
    private sealed class Holder(long loadedAt)
    {
        public long LoadedAt => loadedAt;

        public List<TagMark> Marks { get; } = [];

        public bool IsLoading { get; set; } = true;

        public IEnumerable<Tag> Tags => Marks.Select(mark => mark.Tag);
    }

    /// <summary>Forgetting as the sweeper does, no mark that a running load may yet ask for: nothing is judged more strictly than it must be.</summary>
    [Fact]
    public void ForgettingWhatNoRunningLoadCanAskForChangesNoJudgement() =>
        Property.HoldsForAnySequence(Steps, steps => Follows(steps, isCareful: true), runs: 500, size: 100);

    /// <summary>Forgetting anything at any time, for values loaded at any position: unknown is never fresh.</summary>
    [Fact]
    public void WhateverIsForgottenNothingIsEverJudgedFresherThanItIs() =>
        Property.HoldsForAnySequence(Steps, steps => Follows(steps, isCareful: false), runs: 500, size: 100);

    private static FsCheck.Gen<Step> Steps =>
        from kind in Gen.Frequency(
            (3, Gen.Constant(Kind.Expire)), (1, Gen.Constant(Kind.ExpireLate)), (4, Gen.Constant(Kind.MarkStale)), (2, Gen.Constant(Kind.Wait)), (5, Gen.Constant(Kind.Load)),
            (4, Gen.Constant(Kind.FindTag)), (3, Gen.Constant(Kind.Land)), (4, Gen.Constant(Kind.Drop)), (3, Gen.Constant(Kind.Forget)),
            (1, Gen.Constant(Kind.MeetMark)), (1, Gen.Constant(Kind.ForgetMetMark)))
        from tag in Gen.Choose(0, 2)
        from amount in Gen.Choose(0, 60)
        select new Step(kind, tag, amount);

    private static void Follows(IReadOnlyList<Step> steps, bool isCareful)
    {
        var (table, list, holders) = (new MarkTable(Epoch.Create(), forgottenUpTo: 0), new InvalidationList(), new List<Holder>());
        var (position, now) = (0L, 0L);
        var isExact = isCareful;
        (Tag Tag, TagMark Mark)? met = null;
        foreach (var (kind, number, amount) in steps)
        {
            var tag = _tags[number];
            var holder = holders.Count == 0 ? null : holders[amount % holders.Count];
            var loading = holder is { IsLoading: true } ? holder : null;
            switch (kind)
            {
                case Kind.Expire:
                    table.Invalidate(new Invalidation(tag, InvalidationKind.Expire, TimeSpan.Zero), ++position, now);
                    list.Expire(tag, position);
                    break;
                case Kind.ExpireLate when position > 0: // as a mark that is fetched arrives: merged by maximum, never assigned (PROTOCOL 12)
                    table.Invalidate(new Invalidation(tag, InvalidationKind.Expire, TimeSpan.Zero), 1 + amount % position, now);
                    list.Expire(tag, 1 + amount % position);
                    break;
                case Kind.MarkStale:
                    table.Invalidate(new Invalidation(tag, InvalidationKind.MarkStale, TimeSpan.FromMilliseconds(amount)), ++position, now);
                    list.MarkStale(tag, position, now + amount);
                    isExact &= list.Needed(tag, now).Count <= MarkState.MostStaleMarks;
                    break;
                case Kind.Wait:
                    now += amount / 4;
                    break;
                case Kind.Load:
                    var started = new Holder(isCareful ? position : amount % (position + 1));
                    started.Marks.AddRange(table.Acquire([.. _tags.Where((_, at) => (amount & (1 << at)) != 0)]));
                    holders.Add(started);
                    break;
                case Kind.FindTag when loading is not null && !loading.Tags.Contains(tag):
                    loading.Marks.Add(table.Acquire(tag));
                    break;
                case Kind.Land when loading is not null:
                    loading.IsLoading = false;
                    break;
                case Kind.Drop when holder is not null:
                    table.Release([.. holder.Marks]);
                    holders.Remove(holder);
                    break;
                case Kind.Forget:
                    table.Forget(UpTo(amount));
                    break;
                case Kind.MeetMark: // a sweep comes across a mark and is held up
                    met = (tag, table.Acquire(tag));
                    table.Release([met.Value.Mark]);
                    break;
                case Kind.ForgetMetMark when met is { } reached: // and goes on
                    table.TryForget(reached.Mark, UpTo(amount));
                    break;
            }
            foreach (var each in holders) ShouldBeJudgedRightly(each, list, now, isExact);
        }
        foreach (var mark in holders.SelectMany(holder => holder.Marks).Distinct())
            mark.Uses.ShouldBe(holders.Count(holder => holder.Marks.Contains(mark)));
        foreach (var holder in holders) table.Release([.. holder.Marks]);
        table.Forget(long.MaxValue);
        table.Count.ShouldBe(0);

        long UpTo(int amount)
        {
            var any = amount % (position + 1);
            return isCareful ? Math.Min(any, holders.Where(holder => holder.IsLoading).Select(holder => holder.LoadedAt).DefaultIfEmpty(long.MaxValue).Min()) : any;
        }
    }

    private static void ShouldBeJudgedRightly(Holder holder, InvalidationList list, long now, bool isExact)
    {
        var right = list.Judge(holder.Tags, holder.LoadedAt, now);
        var judged = holder.Marks.Select(mark => mark.Judge(holder.LoadedAt, now)).DefaultIfEmpty(Verdict.Fresh).Max();
        if (isExact) judged.ShouldBe(right, $"loaded at {holder.LoadedAt}, now {now}");
        else ((int)judged).ShouldBeGreaterThanOrEqualTo((int)right, $"loaded at {holder.LoadedAt}, now {now}");
        // What joining and bounded staleness ask, without the time.
        var invalidated = Entry.InvalidatedAfterLoad(holder.LoadedAt, [.. holder.Marks]);
        if (right != Verdict.Fresh) invalidated.ShouldBeTrue();
        else if (isExact) invalidated.ShouldBeFalse();
    }
}
