using FsCheck.Fluent;

namespace Freshet.Tests.Properties;

/// <summary>PROTOCOL 12: a node that came late fetches what it does not know, in any interleaving with what it is told: merged, never assigned, it judges as the list of all invalidations does.</summary>
public sealed class FetchedMarkProperties
{
    private static readonly Tag _tag = Things.Thing.For("a");
    private static readonly Writer _writer = new(TriggerKind.Job, "write", null, null);

    private enum Kind
    {
        Expire,
        MarkStale,
        Apply,
        Fetch,
        Merge,
        Wait,
        Forget,
        Hold,
    }

    private sealed record Step(Kind Kind, int Amount);

    [Fact]
    public void PROTOCOL_12_marks_fetched_and_told_in_any_order_judge_as_a_list_of_them_all() => Property.HoldsForAnySequence(
        from kind in Gen.Frequency(
            (3, Gen.Constant(Kind.Expire)), (4, Gen.Constant(Kind.MarkStale)), (6, Gen.Constant(Kind.Apply)), (3, Gen.Constant(Kind.Fetch)),
            (3, Gen.Constant(Kind.Merge)), (2, Gen.Constant(Kind.Wait)), (1, Gen.Constant(Kind.Forget)), (2, Gen.Constant(Kind.Hold)))
        from amount in Gen.Choose(0, 60)
        select new Step(kind, amount), Follows, runs: 500, size: 60);

    private static void Follows(IReadOnlyList<Step> steps)
    {
        var time = new TestTimeProvider();
        var (state, list, now) = (new TestLogState(), new InvalidationList(), 0L);
        MarkTable? table = null;
        TagMark? mark = null;
        var (from, applied) = (0L, 0L);
        (FetchedMarks Marks, long At)? fetched = null;
        foreach (var (kind, amount) in steps)
        {
            switch (kind)
            {
                case Kind.Expire or Kind.MarkStale:
                    var invalidation = new Invalidation(_tag, kind == Kind.Expire ? InvalidationKind.Expire : InvalidationKind.MarkStale, TimeSpan.FromMilliseconds(kind == Kind.Expire ? 0 : amount));
                    state.Add(LogRecord.Of(_writer, new RecordDraft(RecordId.Next(), "Raise", null, null, [invalidation]), new LogPosition(state.Epoch, state.Head + 1), time.GetUtcNow()));
                    if (kind == Kind.Expire) list.Expire(_tag, state.Head);
                    else list.MarkStale(_tag, state.Head, now + amount);
                    break;
                case Kind.Apply when table is null: // the node comes, and knows nothing of what went before
                    table = new MarkTable(state.Epoch, state.Head);
                    mark = table.Acquire(_tag);
                    from = applied = state.Head;
                    break;
                case Kind.Apply when applied < state.Head:
                    var record = state.Records[(int)applied++];
                    table!.Invalidate(record.Invalidations[0], record.Position, now, (long)(time.GetUtcNow() - record.At).TotalMilliseconds);
                    break;
                case Kind.Fetch when table is not null:
                    fetched = (new FetchedMarks(new LogPosition(state.Epoch, state.Head), state.ForgottenUpTo, [state.MarkOf(_tag, time.GetUtcNow())]), now);
                    break;
                case Kind.Merge when fetched is { } reply:
                    table!.TryMerge([mark!], reply.Marks, reply.At).ShouldBe(reply.Marks.Head.Position >= from);
                    break;
                case Kind.Wait:
                    now += amount / 4;
                    time.Advance(TimeSpan.FromMilliseconds(amount / 4));
                    break;
                case Kind.Forget when table is null && state.Head > 0 && amount > 50: // the log itself, of what the node never knew
                    state.ForgetMarks(1 + amount % state.Head);
                    break;
                case Kind.Hold when table is not null && mark!.LastInvalidatedAt <= applied: // nobody carries the tag any more: its mark is forgotten, and met again
                    table.Release([mark]);
                    if (table.Forget(applied) > 0) from = Math.Max(from, mark.LastInvalidatedAt);
                    mark = table.Acquire(_tag);
                    break;
            }
            if (mark is null) continue;
            for (var loadedAt = 0L; loadedAt <= state.Head; loadedAt++)
            {
                var right = list.Judge([_tag], loadedAt, now, upTo: applied);
                var known = list.Judge([_tag], loadedAt, now); // a mark that was fetched may be ahead of what is applied
                var judged = mark.Judge(loadedAt, now);
                var about = $"loaded at {loadedAt}, now {now}, applied {applied}, known from {mark.UnknownUpTo}";
                if (loadedAt < mark.UnknownUpTo) judged.ShouldBe(Verdict.Expired, about); // unknown is never fresh
                else ((int)judged).ShouldBeInRange((int)right, (int)known, about);
            }
        }
    }
}
