using System.Net;
using Freshet.Tests;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Freshet.AspNetCore.Tests.Stream;

/// <summary>A connection ends with its session, never holds the server up, and takes no more than its share.</summary>
public sealed class ConnectionTests
{
    private const string Ann = "name=ann;account=acc_1";
    private static readonly TimeSpan _watchdog = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task One_person_and_one_address_have_so_many_and_a_seat_that_is_left_is_free()
    {
        await using var app = await StreamApp.StartAsync(options => (options.MaxPerPrincipal, options.MaxPerAddress) = (1, 3));
        var (ann, _) = await Follower.JoinAsync(app, Ann);
        await RefusedAsync(app, Ann, HttpStatusCode.TooManyRequests, "principal");
        var (bob, _) = await Follower.JoinAsync(app, "name=bob");
        var (nobody, _) = await Follower.JoinAsync(app);
        await RefusedAsync(app, null, HttpStatusCode.TooManyRequests, "address");

        ann.Dispose();
        await UntilAsync(async () => (await Follower.AskAsync(app, Ann)).StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_full_node_says_so()
    {
        await using var app = await StreamApp.StartAsync(options => options.MaxSubscribers = 1);
        await Follower.JoinAsync(app, Ann);
        await RefusedAsync(app, "name=bob", HttpStatusCode.ServiceUnavailable, "node");
    }

    [Fact]
    public async Task It_ends_after_its_longest_time_so_that_its_person_passes_authentication_again()
    {
        var time = new TestTimeProvider();
        await using var app = await StreamApp.StartAsync(options => options.Heartbeat = TimeSpan.FromMinutes(5), time: time);
        var (ann, _) = await Follower.JoinAsync(app, Ann);
        time.Advance(TimeSpan.FromMinutes(4.4)); // it is shortened by a tenth at most
        await app.PayAsync("inv_1", "acc_1");
        await ann.ExpectAsync("freshness");
        time.Advance(TimeSpan.FromMinutes(0.6));
        (await EndAsync(ann)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_ends_when_the_ticket_expires_or_the_token_says_so(bool byClaim)
    {
        var time = new TestTimeProvider();
        var expires = time.GetUtcNow().AddSeconds(60);
        await using var app = await StreamApp.StartAsync(time: time, build: builder => builder.Services.AddSingleton<IStartupFilter>(new Ticket(byClaim ? null : expires)));
        var (ann, _) = await Follower.JoinAsync(app, byClaim ? $"{Ann};exp={expires.ToUnixTimeSeconds()}" : Ann);
        time.Advance(TimeSpan.FromSeconds(59));
        await ann.NextAsync(); // a beat
        time.Advance(TimeSpan.FromSeconds(1));
        (await EndAsync(ann)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_ends_at_the_next_beat_once_the_application_says_that_its_person_is_signed_out_or_fails_to_say(bool throws)
    {
        var time = new TestTimeProvider();
        var signedIn = true;
        await using var app = await StreamApp.StartAsync(
            options => options.IsStillSignedIn = (_, _) => signedIn || !throws ? ValueTask.FromResult(signedIn) : throw new InvalidOperationException("no session store"), time: time);
        var (ann, _) = await Follower.JoinAsync(app, Ann);
        time.Advance(TimeSpan.FromSeconds(15));
        (await ann.NextAsync()).ShouldNotBeNull();
        signedIn = false;
        time.Advance(TimeSpan.FromSeconds(15));
        (await EndAsync(ann)).ShouldBeTrue();
        app.Log.Of(2302).Count.ShouldBe(throws ? 1 : 0);
    }

    [Fact]
    public async Task It_does_not_hold_the_server_up()
    {
        await using var app = await StreamApp.StartAsync();
        var (ann, _) = await Follower.JoinAsync(app, Ann);
        // The server waits for what is under way, 30 seconds with Kestrel, before it cuts anything.
        app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        (await EndAsync(ann)).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_reads_too_slowly_is_told_to_reset_and_let_go_and_holds_no_more_than_its_bound()
    {
        var time = new TestTimeProvider();
        HttpFreshness? freshness = null;
        await using var app = await StreamApp.StartAsync(time: time, map: app => app.MapGet("/grab", (HttpContext http) => { freshness = FreshetRequest.Of(http)!.Freshness; }));
        await app.Client.GetAsync("/grab");
        var hub = new StreamHub(freshness!, new FreshetStreamOptions { MaxWaiting = 2 }, new StreamMeter(null), time, CancellationToken.None);
        var body = new GatedBody();
        var http = new DefaultHttpContext { Response = { Body = body } };
        var slow = new Subscriber(http, Audience.Of([new AudienceClaim("account", "acc_1")]), after: 0, maxWaiting: 2, time);
        hub.Join(slow);
        var writing = slow.WriteAllAsync(CancellationToken.None);

        await app.PayAsync("inv_1", "acc_1");
        await body.Reached.WaitAsync(_watchdog); // the first is being written, and does not get through
        for (var i = 2; i <= 4; i++) await app.PayAsync($"inv_{i}", "acc_1");
        await UntilAsync(() => Task.FromResult(slow.IsSlow));
        body.Open();
        await writing.WaitAsync(_watchdog);

        var frames = body.Text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        frames.Length.ShouldBe(2); // what was under way, and the reset: what waited is dropped
        frames[0].ShouldContain("id: 1.");
        frames[1].ShouldContain("event: reset");
        frames[1].ShouldContain("\"reason\":\"slow\"");
        frames[1].ShouldStartWith("id: 4.");
    }

    [Fact]
    public void A_write_that_does_not_end_is_cut()
    {
        var time = new TestTimeProvider();
        var aborted = new Lifetime();
        var http = new DefaultHttpContext { Response = { Body = new GatedBody() } };
        http.Features.Set<Microsoft.AspNetCore.Http.Features.IHttpRequestLifetimeFeature>(aborted);
        var stuck = new Subscriber(http, Audience.Of([]), after: 0, maxWaiting: 2, time);
        time.Advance(TimeSpan.FromSeconds(1));
        stuck.TryHand(1, [1]);
        _ = stuck.WriteAllAsync(CancellationToken.None);

        stuck.CutIfStuck(TimeSpan.FromSeconds(30)).ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(30));
        stuck.CutIfStuck(TimeSpan.FromSeconds(30)).ShouldBeTrue();
        aborted.WasAborted.ShouldBeTrue();
    }

    [Fact]
    public void People_with_the_same_claims_are_one_audience_and_no_value_passes_for_two()
    {
        static Audience Of(params (string Type, string Value)[] claims) => Audience.Of(claims.Select(claim => new AudienceClaim(claim.Type, claim.Value)));
        Of(("a", "1"), ("b", "2")).Key.ShouldBe(Of(("b", "2"), ("a", "1"), ("a", "1")).Key);
        Of(("a", "11:b12"), ("c", "3")).Key.ShouldNotBe(Of(("a", "1"), ("b", "2"), ("c", "3")).Key);
        Of(("a", "1")).Key.ShouldNotBe(Of(("a", "2")).Key);
    }

    [Fact]
    public void Settings_out_of_range_are_all_told_when_it_is_mapped()
    {
        var faults = Should.Throw<OptionsValidationException>(() => new FreshetStreamOptions
        {
            Heartbeat = TimeSpan.Zero, MaxDuration = TimeSpan.Zero, WriteTimeout = TimeSpan.Zero, MaxReplay = -1, MaxWaiting = 0, MaxPerPrincipal = 0, MaxPerAddress = 0, MaxSubscribers = 0,
        }.Check()).Failures.ToList();
        faults.Count.ShouldBe(8);
        new FreshetStreamOptions().Check();
    }

    [Fact]
    public async Task Without_the_middleware_it_says_what_is_missing()
    {
        await using var app = await TestApp.StartAsync(app => app.MapFreshetStream(), useFreshet: false);
        (await Follower.AskAsync(app)).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        app.Log.All.ShouldContain(line => line.Text.Contains("'GET /freshet/stream' is the stream, but the request did not pass UseFreshet()"));
    }

    private static async Task RefusedAsync(TestApp app, string? person, HttpStatusCode status, string full)
    {
        using var answer = await Follower.AskAsync(app, person);
        answer.StatusCode.ShouldBe(status);
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(30));
        (await answer.JsonAsync())["detail"]!.GetValue<string>().ShouldContain(full);
    }

    /// <summary>Reads on until the stream ends: true when it did, though what waited may come first.</summary>
    private static async Task<bool> EndAsync(Follower follower)
    {
        try
        {
            while (await follower.NextAsync() is not null)
            {
            }
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            // Cut rather than ended: the connection was closed under it.
        }
        return true;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(_watchdog);
        while (!await isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed class Ticket(DateTimeOffset? expires) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, rest) =>
            {
                if (expires is not null)
                {
                    var ticket = new AuthenticationTicket(new System.Security.Claims.ClaimsPrincipal(), new AuthenticationProperties { ExpiresUtc = expires }, "test");
                    http.Features.Set<IAuthenticateResultFeature>(new Feature { AuthenticateResult = AuthenticateResult.Success(ticket) });
                }
                return rest(http);
            });
            next(app);
        };

        private sealed class Feature : IAuthenticateResultFeature
        {
            public AuthenticateResult? AuthenticateResult { get; set; }
        }
    }

    private sealed class Lifetime : Microsoft.AspNetCore.Http.Features.IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; }

        public bool WasAborted { get; private set; }

        public void Abort() => WasAborted = true;
    }

    /// <summary>A connection on which nothing gets through until the gate opens.</summary>
    private sealed class GatedBody : MemoryStream
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public string Text => System.Text.Encoding.UTF8.GetString(ToArray());

        public void Open() => _open.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _reached.TrySetResult();
            await _open.Task;
            Write(buffer.Span);
        }
    }
}
