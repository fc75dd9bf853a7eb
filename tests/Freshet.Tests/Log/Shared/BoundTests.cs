using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Log.Shared;

/// <summary>Declared bounds are enforced (R4): a node serves from memory while it is known to be current, else it asks, and waits no longer than the query allows.</summary>
public sealed class BoundTests
{
    [Fact]
    public async Task A_medium_query_hits_within_its_bound_and_asks_after_it()
    {
        await using var nodes = new Nodes();
        var b = nodes.Start("b");
        await b.ReadAsync(Things.Medium, "1");
        await b.App.Time.WhenTimerSetAsync(TimeSpan.FromMilliseconds(500));
        b.App.Time.Advance(TimeSpan.FromMilliseconds(499)); // before the node would ask by itself
        var before = b.Exchanges;
        (await b.AnswerAsync(Things.Medium, "1")).Source.ShouldBe(AnswerSource.Cache);
        b.Exchanges.ShouldBe(before);

        var held = b.Link.HoldRequest(LogCall.Exchange);
        b.App.Time.Advance(TimeSpan.FromMilliseconds(1));
        await held.Reached;
        b.App.Time.Advance(TimeSpan.FromMilliseconds(999)); // the exchange's own limit is a second
        b.Confirmation.Covers(1_999, b.App.Services.GetRequiredService<Node>().Clock.Now).ShouldBeTrue();
        b.Confirmation.Covers(1_498, b.App.Services.GetRequiredService<Node>().Clock.Now).ShouldBeFalse();
        held.Open();
        await b.CatchUpAsync();
    }

    /// <summary>Low and medium serve what a node has that is not told anything, the one for a minute and the other for two seconds; high serves under its lease.</summary>
    [Theory]
    [InlineData(RiskLevel.High, 1_999, true)]
    [InlineData(RiskLevel.High, 2_000, false)]
    [InlineData(RiskLevel.Medium, 2_000, true)]
    [InlineData(RiskLevel.Medium, 2_001, false)]
    [InlineData(RiskLevel.Low, 60_000, true)]
    [InlineData(RiskLevel.Low, 60_001, false)]
    public void A_confirmation_covers_what_the_level_says(RiskLevel level, int after, bool covers)
    {
        var time = new TestTimeProvider();
        var clock = new Clock(time);
        var confirmation = new Confirmation(clock, TimeSpan.FromMilliseconds(250));
        confirmation.TryConfirm(confirmation.Terms, clock.Now, clock.WallNow, TimeSpan.FromSeconds(2));

        time.Advance(TimeSpan.FromMilliseconds(after));

        confirmation.Covers((long)QueryPolicy.For(level).MaxStaleness.TotalMilliseconds, clock.Now).ShouldBe(covers);
    }

    /// <summary>A policy tightened to 0 needs a lease that speaks for its tags: neither the one that is held nor one that was asked for before will do, at no moment.</summary>
    [Fact]
    public void Nothing_confirms_while_what_a_lease_must_speak_for_changes_nor_after_it_what_was_asked_for_before()
    {
        var clock = new Clock(new TestTimeProvider());
        var confirmation = new Confirmation(clock, TimeSpan.FromMilliseconds(250));
        bool Confirm(long terms) => confirmation.TryConfirm(terms, clock.Now, clock.WallNow, TimeSpan.FromSeconds(2));
        var before = confirmation.Terms;
        Confirm(before).ShouldBeTrue();
        confirmation.HoldsLease.ShouldBeTrue();

        var during = 0L;
        confirmation.Revoke(() =>
        {
            during = confirmation.Terms;
            confirmation.HoldsLease.ShouldBeFalse();
            Confirm(during).ShouldBeFalse();
        });

        Confirm(before).ShouldBeFalse();
        Confirm(during).ShouldBeFalse("it was asked for when nobody knew which tags it must speak for");
        confirmation.HoldsLease.ShouldBeFalse();
        Confirm(confirmation.Terms).ShouldBeTrue();
    }

    [Fact]
    public async Task In_an_outage_high_reads_the_source_at_once_medium_after_its_grace_and_low_serves()
    {
        await using var nodes = new Nodes();
        var b = nodes.Start("b");
        nodes.Source["1"] = new Value(1);
        foreach (var query in (CachedQuery<string, Value>[])[Things.High, Things.Medium, Things.Low]) await b.ReadAsync(query, "1");
        nodes.Source["1"] = new Value(2);
        await b.CutAsync();

        b.App.Time.Advance(TimeSpan.FromSeconds(3)); // the lease has run out, and the bound of medium too
        (await b.ReadAsync(Things.High, "1")).ShouldBe(2);
        (await b.ReadAsync(Things.Medium, "1")).ShouldBe(1);
        (await b.ReadAsync(Things.Low, "1")).ShouldBe(1);

        b.App.Time.Advance(TimeSpan.FromSeconds(28)); // 31.5 s since the last exchange that got through
        (await b.ReadAsync(Things.Medium, "1")).ShouldBe(1);
        b.App.Time.Advance(TimeSpan.FromSeconds(1));
        (await b.ReadAsync(Things.Medium, "1")).ShouldBe(2);

        b.App.Time.Advance(TimeSpan.FromSeconds(40));
        (await b.ReadAsync(Things.Low, "1")).ShouldBe(1);
        var runtimes = ((FreshetService)b.Freshet).Runtimes;
        runtimes.Single(query => query.Name == "high").Counters.RefusedUnconfirmed.ShouldBe(1);
        runtimes.Single(query => query.Name == "medium").Counters.ServedUnconfirmed.ShouldBe(2);
        runtimes.Single(query => query.Name == "low").Counters.ServedUnconfirmed.ShouldBe(1);
    }

    /// <summary>The monotonic clock of a machine that slept says the outage began a second ago (PROTOCOL 20).</summary>
    [Fact]
    public async Task An_outage_lasts_as_long_as_either_clock_says()
    {
        await using var nodes = new Nodes();
        var b = nodes.Start("b");
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.Medium, "1");
        nodes.Source["1"] = new Value(2);
        await b.CutAsync();

        b.App.Time.Sleep(TimeSpan.FromMinutes(10));

        (await b.ReadAsync(Things.Medium, "1")).ShouldBe(2);
    }

    /// <summary>S31: a read never waits on a slow log longer than its policy says.</summary>
    [Fact]
    public async Task A_read_waits_for_a_slow_log_no_longer_than_its_CacheTimeout()
    {
        await using var nodes = new Nodes();
        var b = nodes.Start("b", builder => builder.Configure(options => options.SharedLog.ExchangeInterval = TimeSpan.FromMilliseconds(900))); // to tell the timers apart
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.High, "1");
        nodes.Source["1"] = new Value(2);
        b.Confirmation.Forget();
        b.Link.Hang();

        var read = b.ReadAsync(Things.High, "1");
        await b.App.Time.WhenTimerSetAsync(TimeSpan.FromMilliseconds(500)).WaitAsync(TimeSpan.FromSeconds(30));
        b.App.Time.Advance(TimeSpan.FromMilliseconds(499));
        read.IsCompleted.ShouldBeFalse();
        b.App.Time.Advance(TimeSpan.FromMilliseconds(1));

        (await read).ShouldBe(2);
    }

    [Fact]
    public async Task No_read_waits_once_the_outage_is_known()
    {
        await using var nodes = new Nodes();
        var b = nodes.Start("b");
        await b.CutAsync();
        b.Confirmation.Forget();
        b.Link.IsCut = false;
        b.Link.Hang(); // whoever asked now would wait for good: no clock moves
        var before = b.Exchanges;

        await b.ReadAsync(Things.High, "1");
        (await b.AnswerAsync(Things.High, "1", new ConsistencyToken(nodes.Server.Epoch, 9))).Satisfied.ShouldBeFalse();

        b.Exchanges.ShouldBe(before);
    }

    /// <summary>PROTOCOL 8: the exchange is read by the log at 0, a write completes at 1, a read begins and takes the exchange's reply for proof that nothing is newer than 0.</summary>
    [Fact]
    public async Task PROTOCOL_8_an_exchange_sent_before_a_read_proves_nothing_to_it()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.High, "1");
        b.Link.DropsBells = true;
        b.Confirmation.Forget();
        nodes.Server.Remove(nodes.Server.Leases);
        var held = b.Link.HoldReply(LogCall.Exchange);
        var sharing = b.ReadAsync(Things.High, "2");
        await held.Reached;
        nodes.Server.Remove(nodes.Server.Leases);
        await a.WriteAsync("1", 2);

        var read = b.ReadAsync(Things.High, "1");
        held.Open();

        (await read).ShouldBe(2);
        await sharing;
    }

    /// <summary>PROTOCOL 8: a confirmation counts from when its request was sent, not from when the reply came.</summary>
    [Fact]
    public async Task PROTOCOL_8_a_confirmation_and_its_lease_count_from_before_the_request()
    {
        await using var nodes = new Nodes();
        var b = nodes.Start("b");
        var held = b.Link.HoldReply(LogCall.Exchange);
        await b.PassIntervalAsync();
        await held.Reached;
        b.App.Time.Advance(TimeSpan.FromMilliseconds(900));
        held.Open();
        await Nodes.UntilAsync(() => b.Confirmation.ConfirmedAt == 500);

        b.Link.HoldRequest(LogCall.Exchange);
        b.App.Time.Advance(TimeSpan.FromMilliseconds(1_099));
        b.Confirmation.HoldsLease.ShouldBeTrue();
        b.App.Time.Advance(TimeSpan.FromMilliseconds(1));
        b.Confirmation.HoldsLease.ShouldBeFalse();
    }

    /// <summary>PROTOCOL 7: a read that trusts nothing joins only what has yet to begin; what runs may have read before it.</summary>
    [Fact]
    public async Task PROTOCOL_7_a_read_from_the_source_joins_no_load_that_has_begun()
    {
        await using var nodes = new Nodes();
        var b = nodes.Start("b");
        nodes.Source["1"] = new Value(1);
        await b.CutAsync();
        b.App.Time.Advance(TimeSpan.FromSeconds(3));
        var slow = nodes.Source.HoldNext("1");
        var first = b.ReadAsync(Things.High, "1");
        await slow.Reached;
        nodes.Source["1"] = new Value(2);

        (await b.ReadAsync(Things.High, "1")).ShouldBe(2);
        slow.Open();
        (await first).ShouldBe(1);
    }

    [Fact]
    public async Task PROTOCOL_7_reads_from_the_source_share_a_load_that_waits_for_its_turn()
    {
        await using var nodes = new Nodes();
        var b = nodes.Start<OneAtATime>("b");
        await b.CutAsync();
        b.App.Time.Advance(TimeSpan.FromSeconds(3));
        var busy = nodes.Source.HoldNext("0");
        var first = b.ReadAsync(OneAtATime.Query, "0");
        await busy.Reached;

        var reads = Enumerable.Range(0, 5).Select(_ => b.ReadAsync(OneAtATime.Query, "1")).ToList();
        busy.Open();
        await Task.WhenAll([first, .. reads]);

        nodes.Source.ReadsOf("1").ShouldBe(1);
    }

    /// <summary>PROTOCOL 7: the parts of a value that is to come from the source come from there too.</summary>
    [Fact]
    public async Task PROTOCOL_7_a_high_query_made_of_a_medium_one_reads_the_source_through_it_in_an_outage()
    {
        await using var nodes = new Nodes();
        var b = nodes.Start<Nested>("b");
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Nested.Outer, "1");
        nodes.Source["1"] = new Value(2);
        await b.CutAsync();
        b.App.Time.Advance(TimeSpan.FromSeconds(3));

        (await b.ReadAsync(Nested.Inner, "1")).ShouldBe(1); // within its grace
        (await b.ReadAsync(Nested.Outer, "1")).ShouldBe(2);
    }

    public sealed class OneAtATime() : Catalog("one-team")
    {
        public static readonly Tag<string> Thing = new("thing");

        public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

        public static readonly CachedQuery<string, Value> Query = new CachedQuery<string, Value>("one", RiskLevel.High)
            .DependsOn(Thing, id => id)
            .WithPolicy(policy => policy with { MaxConcurrentLoads = 1 })
            .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));
    }
}
