using FsCheck;
using FsCheck.Fluent;
using Property = Freshet.Tests.Properties.Property;

namespace Freshet.Redis.Tests.Log;

/// <summary>Marks in Redis are those that a node would have (PROTOCOL 14), and are forgotten in time (R5, PROTOCOL 12, 13).</summary>
public sealed class MarkTests : RedisTest
{
    private const int Rotated = 4, IdsRotated = 5; // among the words of the header's upkeep

    private enum Kind
    {
        Expire,
        MarkStale,
        MarkStaleLonger,
    }

    private sealed record Step(Kind Kind, int Milliseconds);

    [Fact]
    public async Task MarksComeInTheOrderAskedForWithTheHeadTheyWereReadAt()
    {
        var node = Node();
        await node.AppendAsync(LogNode.Expire("account:a"), LogNode.MarkStale("account:b", TimeSpan.FromHours(1)), LogNode.MarkStale("account:b", TimeSpan.FromHours(2)));

        var fetched = await node.FetchAsync("account:b", "account:none", "account:a");
        (fetched.Head.Position, fetched.ForgottenUpTo).ShouldBe((3, 0));
        fetched.Marks.Select(mark => mark.ExpiredAt).ShouldBe([0, 0, 1]);
        fetched.Marks[0].StaleMarks.Select(mark => mark.At).ShouldBe([2, 3]);
        fetched.Marks[0].StaleMarks[0].Remaining.ShouldBeInRange(TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
        fetched.Marks[0].StaleMarks[1].Remaining.ShouldBeInRange(TimeSpan.FromMinutes(119), TimeSpan.FromHours(2));
    }

    /// <summary>By the core's own marks as the reference. A deadline of no time has passed at the next step; those of a few milliseconds pass on the way.</summary>
    [Fact]
    public Task AnySequenceOfExpireAndStaleIsMarkedAsANodeWouldMarkIt() => FollowsAsync(
        from kind in Gen.Frequency((1, Gen.Constant(Kind.Expire)), (5, Gen.Constant(Kind.MarkStale)), (8, Gen.Constant(Kind.MarkStaleLonger)))
        from amount in Gen.Frequency((1, Gen.Constant(0)), (2, Gen.Choose(1, 5)), (8, Gen.Choose(1, 100_000)))
        select new Step(kind, amount), runs: 60, size: 60);

    /// <summary>Many marks that all count, so that the limit of 16 is passed every time.</summary>
    [Fact]
    public Task PastItsLimitAMarkIsMergedAsANodeWouldMergeIt() => FollowsAsync(
        from kind in Gen.Frequency((1, Gen.Constant(Kind.MarkStale)), (60, Gen.Constant(Kind.MarkStaleLonger)))
        from amount in kind == Kind.MarkStale ? Gen.Choose(100_000, 10_000_000) : Gen.Choose(100_000, 200_000)
        select new Step(kind, amount), runs: 30, size: 90);

    private async Task FollowsAsync(Gen<Step> step, int runs, int size)
    {
        var (node, database, run) = (Node(), await DatabaseAsync(), 0);
        // Apart from the test's own context, since a property waits on its thread.
        await Task.Run(() => Property.HoldsForAnySequence(step, steps => FollowAsync(steps).GetAwaiter().GetResult(), runs, size));

        async Task FollowAsync(IReadOnlyList<Step> steps)
        {
            var (tag, state, furthest) = ($"account:{++run}", MarkState.ExpiredAtPosition(0), 0L);
            foreach (var (kind, amount) in steps)
            {
                var milliseconds = kind == Kind.MarkStaleLonger ? furthest + amount : amount;
                furthest = Math.Max(furthest, milliseconds);
                var reply = await node.AppendAsync(kind == Kind.Expire ? LogNode.Expire(tag) : LogNode.MarkStale(tag, TimeSpan.FromMilliseconds(milliseconds)));
                var (position, now) = (reply.Records.Single().Position, reply.At.ToUnixTimeMilliseconds());
                state = kind == Kind.Expire ? state.Expire(position) : state.MarkStale(position, now + milliseconds, now);
                ((string?)await database.HashGetAsync(Key("marks:a"), tag)).ShouldBe(
                    string.Join(':', [state.ExpiredAt, .. state.StaleMarks.SelectMany(mark => (long[])[mark.At, mark.Deadline])]));
            }
        }
    }

    [Fact]
    public async Task AMarkIsFoundInThePreviousPartAndForgottenWithIt()
    {
        var node = Node();
        await node.AppendAsync("account:old");
        await RotateAsync(node);
        await node.AppendAsync("account:new");

        var once = await node.FetchAsync("account:old", "account:new");
        (once.ForgottenUpTo, once.Marks[0].ExpiredAt, once.Marks[1].ExpiredAt).ShouldBe((0, 1, 2));

        await RotateAsync(node);
        var twice = await node.FetchAsync("account:old", "account:new");
        (twice.ForgottenUpTo, twice.Marks[0].ExpiredAt, twice.Marks[1].ExpiredAt).ShouldBe((1, 0, 2));
        (await node.HeadAsync()).Epoch.ShouldBe(once.Head.Epoch);

        await RotateAsync(node);
        var thrice = await node.FetchAsync("account:old", "account:new");
        (thrice.ForgottenUpTo, thrice.Marks[1].ExpiredAt).ShouldBe((2, 0));
        (await Server.RunAsync("HLEN", Key("marks:a"))).ShouldBe("1"); // the sentinel alone
        (await Server.RunAsync("HLEN", Key("marks:b"))).ShouldBe("1");
    }

    /// <summary>What stood in the previous part counts on in the current one: a stale mark never weakens an earlier expiry.</summary>
    [Fact]
    public async Task AMarkThatIsInvalidatedAgainIsCarriedOver()
    {
        var node = Node();
        await node.AppendAsync(LogNode.Expire("account:a"), LogNode.MarkStale("account:a", TimeSpan.FromHours(1)));
        await RotateAsync(node);
        await node.AppendAsync(LogNode.MarkStale("account:a", TimeSpan.FromHours(2)));
        await RotateAsync(node);

        var mark = (await node.FetchAsync("account:a")).Marks.Single();
        mark.ExpiredAt.ShouldBe(1);
        mark.StaleMarks.Select(each => each.At).ShouldBe([2, 3]);
    }

    /// <summary>Of a tag whose mark was forgotten nobody knows how late it was expired: as late as anything that was forgotten.</summary>
    [Fact]
    public async Task WhatWasForgottenCountsAsExpired()
    {
        var node = Node();
        await node.AppendAsync(LogNode.Expire("account:a"), LogNode.Expire("account:b"));
        await RotateAsync(node);
        await RotateAsync(node);

        (await node.AppendAsync(LogNode.MarkStale("account:a", TimeSpan.FromHours(1)))).Before.Values.ShouldBe([2L]);
        (await node.FetchAsync("account:a")).Marks.Single().ExpiredAt.ShouldBe(2);
    }

    [Fact]
    public async Task NothingIsForgottenBeforeTheLongestTimeToLiveAndItsMarginHavePassed()
    {
        var (node, longer) = (Node(), Node(LogNode.Settings with { MaxTimeToLive = TimeSpan.FromDays(3) }));
        await longer.AppendAsync("account:a");
        await longer.HeadAsync();
        await AgeAsync(Rotated, TimeSpan.FromDays(3)); // not the margin
        await node.HeadAsync();
        (await StateAsync())[72].ShouldBe('a');

        await AgeAsync(Rotated, TimeSpan.FromDays(3) + TimeSpan.FromMinutes(2));
        await node.HeadAsync();
        (await StateAsync())[72].ShouldBe('b');
    }

    [Fact]
    public async Task AServersClockThatWasSetBackDelaysNothingForLong()
    {
        var node = Node();
        await node.AppendAsync("account:a");
        await AgeAsync(Rotated, TimeSpan.FromDays(-400));
        await AgeAsync(IdsRotated, TimeSpan.FromDays(-400));
        var at = (await node.ExchangeAsync()).At.ToUnixTimeMilliseconds();

        (await UpkeepAsync())[4..].ShouldAllBe(moment => LogText.ToLong(moment) <= at);
    }

    [Fact]
    public async Task AnIdIsRememberedForItsWindowAndForgottenAfterTwice()
    {
        var (node, draft) = (Node(), LogNode.Expire("account:a"));
        await node.AppendAsync(draft);
        await AgeAsync(IdsRotated, TimeSpan.FromHours(1.1));
        await node.HeadAsync();
        (await node.AppendAsync(draft)).Records.Single().Position.ShouldBe(1);

        await AgeAsync(IdsRotated, TimeSpan.FromHours(1.1));
        await node.HeadAsync();
        (await node.AppendAsync(draft)).Records.Single().Position.ShouldBe(2);
        (await node.FetchAsync("account:a")).Marks.Single().ExpiredAt.ShouldBe(2);
    }

    private async Task RotateAsync(LogNode node)
    {
        await AgeAsync(Rotated, TimeSpan.FromDays(2));
        await node.HeadAsync();
    }

    /// <summary>Lets the header say that something happened longer ago by the server's clock.</summary>
    private async Task AgeAsync(int moment, TimeSpan age)
    {
        var now = LogText.ToLong((await Server.RunAsync("TIME")).Split('\n')[0]) * 1000;
        var upkeep = await UpkeepAsync();
        upkeep[moment] = LogText.Of(now - LogText.Milliseconds(age));
        await Server.RunAsync("HSET", Key("log"), "state", $"{(await StateAsync())[..75]}{string.Join(' ', upkeep)}");
    }

    private async Task<string[]> UpkeepAsync() => (await StateAsync())[75..].Split(' ');

    private Task<string> StateAsync() => Server.RunAsync("HGET", Key("log"), "state");
}
