using System.Net;
using Freshet.Tests;

namespace Freshet.AspNetCore.Tests.Stream;

/// <summary>Who comes back hears what it missed, or that this cannot be known; never nothing.</summary>
public sealed class ResumeTests
{
    private const string Ann = "name=ann;account=acc_1";

    [Fact]
    public async Task Hello_says_where_the_log_stands_and_a_subscriber_without_a_past_begins_there()
    {
        await using var app = await StreamApp.StartAsync();
        await app.PayAsync("inv_0", "acc_1");
        var (ann, hello) = await Follower.JoinAsync(app, Ann);

        hello.Data!.Select(member => member.Key).ShouldBe(["version", "epoch", "position", "heartbeatSeconds", "catalog"]);
        hello.Id.ShouldBe($"1.{hello.Data!["epoch"]!.GetValue<string>()}");
        (await app.Client.ReadAsync("/invoices/inv_1")).Header("Freshness-Epoch").ShouldBe(hello.Data!["epoch"]!.GetValue<string>());
        ann.Response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        ann.Response.Headers.CacheControl!.ToString().ShouldBe("no-store, no-transform");
        ann.Response.Header("X-Accel-Buffering").ShouldBe("no");
        ann.Response.Header("Freshness-Position").ShouldBeNull();

        await app.PayAsync("inv_1", "acc_1");
        (await ann.ExpectAsync("freshness")).Position.ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_resumes_after_the_last_id_by_header_or_address_and_hears_what_it_may_of_what_it_missed(bool byHeader)
    {
        await using var app = await StreamApp.StartAsync();
        for (var i = 1; i <= 4; i++) await app.PayAsync($"inv_{i}", i == 3 ? "acc_2" : "acc_1");
        var epoch = Epoch(app);

        var (ann, hello) = await Follower.JoinAsync(app, Ann, lastEventId: byHeader ? $"1.{epoch}" : null, after: byHeader ? $"4.{epoch}" : $"1.{epoch}");

        hello.Id.ShouldBe($"1.{epoch}"); // not the head: a connection lost here must come back to where it was
        hello.Data!["position"]!.GetValue<long>().ShouldBe(4);
        ((await ann.ExpectAsync("freshness")).Position, (await ann.ExpectAsync("freshness")).Position).ShouldBe((2, 4));
        await app.PayAsync("inv_5", "acc_1");
        (await ann.ExpectAsync("freshness")).Position.ShouldBe(5);
        ann.Raw.ShouldNotContain("inv_3");
    }

    [Fact]
    public async Task Of_another_epoch_it_is_told_to_reset_though_the_number_would_fit()
    {
        await using var app = await StreamApp.StartAsync();
        for (var i = 1; i <= 4; i++) await app.PayAsync($"inv_{i}", "acc_1");

        var (ann, hello) = await Follower.JoinAsync(app, Ann, lastEventId: "2.elsewhere");

        hello.Position.ShouldBe(4);
        var reset = await ann.ExpectAsync("reset");
        (reset.Id, reset.Reason).ShouldBe(($"4.{Epoch(app)}", "epoch"));
        await app.PayAsync("inv_5", "acc_1");
        (await ann.ExpectAsync("freshness")).Position.ShouldBe(5);
    }

    [Fact]
    public async Task Beyond_retention_or_with_more_missed_than_is_read_again_it_is_told_to_reset()
    {
        await using var trimmed = await StreamApp.StartAsync(build: builder => builder.Configuration["Freshet:LogRetention"] = "2");
        await using var few = await StreamApp.StartAsync(options => options.MaxReplay = 2);
        foreach (var app in (TestApp[])[trimmed, few])
        {
            for (var i = 1; i <= 4; i++) await app.PayAsync($"inv_{i}", "acc_1");
            var (late, _) = await Follower.JoinAsync(app, Ann, lastEventId: $"1.{Epoch(app)}");
            var reset = await late.ExpectAsync("reset");
            (reset.Position, reset.Reason).ShouldBe((4, "missed"));
            var (near, _) = await Follower.JoinAsync(app, Ann, lastEventId: $"2.{Epoch(app)}");
            (await near.ExpectAsync("freshness")).Position.ShouldBe(3);
        }
    }

    [Fact]
    public async Task A_bare_number_counts_by_this_log_and_beyond_its_head_is_of_another()
    {
        await using var app = await StreamApp.StartAsync();
        await app.PayAsync("inv_1", "acc_1");
        var (behind, _) = await Follower.JoinAsync(app, Ann, after: "0");
        (await behind.ExpectAsync("freshness")).Position.ShouldBe(1);
        var (beyond, _) = await Follower.JoinAsync(app, Ann, after: "500");
        ((await beyond.ExpectAsync("reset")) is { Position: 1, Reason: "epoch" }).ShouldBeTrue();
    }

    [Fact]
    public async Task A_position_of_this_epoch_that_this_node_has_not_reached_is_waited_for()
    {
        await using var app = await StreamApp.StartAsync();
        var (ahead, hello) = await Follower.JoinAsync(app, Ann, after: $"2.{Epoch(app)}"); // another node answered it, and is further
        hello.Position.ShouldBe(2);
        for (var i = 1; i <= 3; i++) await app.PayAsync($"inv_{i}", "acc_1");
        (await ahead.ExpectAsync("freshness")).Position.ShouldBe(3);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("1.")]
    [InlineData("99999999999999999999")]
    [InlineData("1.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task What_is_no_id_is_400(string text)
    {
        await using var app = await StreamApp.StartAsync();
        (await Follower.AskAsync(app, Ann, lastEventId: text)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var answer = await Follower.AskAsync(app, Ann, after: text);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe("invalid-resume-point");
    }

    [Fact]
    public async Task While_nothing_concerns_it_each_beat_moves_its_resume_point_on()
    {
        var time = new TestTimeProvider();
        await using var app = await StreamApp.StartAsync(time: time);
        var (ann, _) = await Follower.JoinAsync(app, Ann);
        var (bob, _) = await Follower.JoinAsync(app, "name=bob;account=acc_2");
        await app.PayAsync("inv_2", "acc_2");
        await bob.ExpectAsync("freshness"); // handed on
        time.Advance(TimeSpan.FromSeconds(15));
        var beat = (await ann.NextAsync()).ShouldNotBeNull();
        (beat.Name, beat.Id, beat.Data).ShouldBe((null, $"1.{Epoch(app)}", null));
        var (ahead, _) = await Follower.JoinAsync(app, Ann, after: $"9.{Epoch(app)}");
        time.Advance(TimeSpan.FromSeconds(15));
        (await ahead.NextAsync()).ShouldBe(new Frame(null, null, null)); // never back
    }

    [Fact]
    public async Task On_a_shared_log_a_node_tells_what_another_wrote_the_event_included()
    {
        var log = new StubLog();
        await using var one = await SharedAsync(log, "one");
        await using var two = await SharedAsync(log, "two");
        var (ann, hello) = await Follower.JoinAsync(two, Ann);

        await one.PayAsync("inv_1", "acc_1");

        var heard = await ann.ExpectAsync("freshness");
        heard.Position.ShouldBe(1);
        heard.Expire.Length.ShouldBe(2);
        var (again, other) = await Follower.JoinAsync(one, Ann, lastEventId: hello.Id); // comes back to the other node
        other.Id.ShouldBe(hello.Id);
        (await again.ExpectAsync("freshness")).Id.ShouldBe(heard.Id);
    }

    internal static string Epoch(TestApp app) => new TagHasher(Wire.Ring(Wire.Key)).Hash(app.Freshet.Log.Position.Epoch);

    private static Task<TestApp> SharedAsync(StubLog log, string name) => StreamApp.StartAsync(build: builder =>
    {
        builder.Services.AddSingleton(log.Connect());
        builder.Configuration["Freshet:SharedLog:Name"] = name;
    });
}
