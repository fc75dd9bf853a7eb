using Freshet.Tests.Targets;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Freshet.Tests.Log.Shared;

/// <summary>Whoever follows the log here is told when it starts over, also where the numbers of the next one happen to go on.</summary>
public sealed class StartOverTests
{
    [Fact]
    public async Task A_follower_of_the_history_is_told_that_its_records_are_gone()
    {
        await using var nodes = new Nodes();
        var a = nodes.Start("a");
        await a.WriteAsync("1", 1);
        await using var following = a.Freshet.Log.FollowAsync(0).GetAsyncEnumerator();
        (await following.MoveNextAsync()).ShouldBeTrue();
        var next = following.MoveNextAsync().AsTask();

        await RestartAtSameNumberAsync(nodes, a);

        await Should.ThrowAsync<LogTrimmedException>(next.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_target_is_reset_though_the_next_log_stands_where_it_stood()
    {
        await using var nodes = new Nodes();
        var target = new RecordingTarget();
        var a = nodes.Start("a", builder => builder.Drive("recording", _ => target, options => options.ResetOnStart = false));
        await a.WriteAsync("1", 1);
        var follower = a.Log.Targets.Followers.ShouldHaveSingleItem();
        await Nodes.UntilAsync(() => follower is { Lag: 0, OwesReset: false }); // told of record 1, or reset past it when it met the log
        var resets = target.Calls.Count(call => call == "reset:EpochChanged");

        await RestartAtSameNumberAsync(nodes, a);

        await target.WhenToldAsync("reset:EpochChanged", resets + 1);
    }

    /// <summary>The target has been told up to 2 of the old log. That says nothing of 1 of the new one.</summary>
    [Fact]
    public async Task An_answer_waits_for_the_target_s_place_in_its_own_log()
    {
        var (old, next) = (Epoch.Create(), Epoch.Create());
        var progress = new TargetProgress(new LogPosition(old, 2));

        var reached = progress.WhenReached(new LogPosition(next, 1));

        reached.IsCompleted.ShouldBeFalse();
        progress.MoveTo(new LogPosition(next, 1));
        (await reached).ShouldBeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Linked_entries_are_outdated(bool trimmed)
    {
        await using var nodes = new Nodes();
        var b = nodes.Start("b", builder => builder.DriveMemoryCache());
        using var cache = new MemoryCache(Options.Create(new MemoryCacheOptions()));
        cache.GetOrCreate("key", entry => entry.DependsOn(b.Freshet, Things.Thing.For("1")).Value = 1);
        var captured = b.Freshet.CapturePosition();
        if (trimmed)
        {
            b.Link.DropsBells = true;
            nodes.Server.Remove(nodes.Server.Leases);
            var a = nodes.Start("a");
            await a.WriteAsync("2", 1);
            await a.WriteAsync("2", 2);
            nodes.Server.Trim(1);
        }
        else
        {
            nodes.Server.RestartEmpty();
        }

        await b.CatchUpAsync();

        cache.TryGetValue("key", out _).ShouldBeFalse();
        captured.ChangeTokenFor(Things.Thing.For("9")).HasChanged.ShouldBeTrue();
        b.Freshet.ChangeTokenFor(Things.Thing.For("9")).HasChanged.ShouldBeFalse();
    }

    private static async Task RestartAtSameNumberAsync(Nodes nodes, Member member)
    {
        var snapshot = nodes.Server.Snapshot();
        nodes.Server.RestartFrom(snapshot);
        await member.CatchUpAsync();
        member.Log.Position.Position.ShouldBe(1);
    }
}
