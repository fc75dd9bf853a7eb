using System.Globalization;

namespace Freshet.Redis.Tests.Log;

/// <summary>Positions are dense, records are appended once, and the reply tells what a writer has to know.</summary>
public sealed class AppendTests : RedisTest
{
    private LogNode _node = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _node = Node();
    }

    [Fact]
    public async Task PositionsAreDenseFromOne()
    {
        (await _node.AppendAsync("account:a")).Position.ShouldBe(1);
        var both = await _node.AppendAsync(LogNode.Expire("account:a"), LogNode.Expire("account:b"));

        both.Records.Select(record => record.Position).ShouldBe([2, 3]);
        both.Records.Select(record => record.Epoch).Distinct().ShouldHaveSingleItem();
        (await _node.HeadAsync()).ShouldBe(new LogPosition(both.Records[0].Epoch, 3));
    }

    [Fact]
    public async Task WritersAtTheSameTimeGetPositionsOfTheirOwn()
    {
        var other = Node();
        var replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => (i % 2 == 0 ? _node : other).AppendAsync(LogNode.Expire("account:a"), LogNode.Expire("account:b")).AsTask()));

        replies.SelectMany(reply => reply.Records).Select(record => record.Position).Order().ShouldBe(Enumerable.Range(1, 400).Select(i => (long)i));
        // None of others between an action's records.
        foreach (var reply in replies) reply.Records[1].Position.ShouldBe(reply.Records[0].Position + 1);
    }

    [Fact]
    public async Task ARecordAppendedAgainKeepsItsPlaceAndItsTime()
    {
        var (first, second) = (LogNode.Expire("account:a"), LogNode.Expire("account:b"));
        var once = (await _node.AppendAsync(first)).Records.Single();
        var again = await _node.AppendAsync(first, second);

        again.Records.Select(record => record.Position).ShouldBe([1, 2]);
        again.Records[0].At.ShouldBe(once.At);
        (await _node.HeadAsync()).Position.ShouldBe(2);
    }

    [Fact]
    public async Task ADraftTwiceInOneAppendIsOneRecord()
    {
        var draft = LogNode.Expire("account:a");

        (await _node.AppendAsync(draft, draft)).Records.Select(record => record.Position).ShouldBe([1, 1]);
        (await _node.HeadAsync()).Position.ShouldBe(1);
    }

    [Fact]
    public async Task ARecordIsReadAsItWasAppended()
    {
        var writer = new Writer(TriggerKind.Operator, "flush\n\"é\"", "ann", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        var draft = new RecordDraft(
            RecordId.Next(), "Raise", "invoice.paid", new { InvoiceId = "inv_1", Note = "two\nlines" },
            [new Invalidation(LogNode.Tag("account:a%3Ab"), InvalidationKind.Expire, TimeSpan.Zero), new Invalidation(LogNode.Tag("page:/x"), InvalidationKind.MarkStale, TimeSpan.FromMinutes(5))], "asked for");
        var appended = (await _node.Log.AppendAsync(new AppendRequest(_node.Id, writer, [draft]), Watchdog.Token)).Records.Single();

        var other = Node();
        var read = (await other.ExchangeAsync(new LogPosition(appended.Epoch, 0))).Records.Single();

        appended.EventValue.ShouldBe(draft.EventValue);
        read.EventData.ShouldBe("""{"invoiceId":"inv_1","note":"two\nlines"}""");
        read.Invalidations.ShouldBe(draft.Invalidations);
        read.Invalidations[1].Tag.Kind.ShouldBe("page");
        (read with { Invalidations = appended.Invalidations }).ShouldBe(appended with { EventValue = null });
    }

    [Fact]
    public async Task TheTimeOfARecordIsTheServers()
    {
        var told = (await Server.RunAsync("TIME")).Split('\n')[0];
        var record = await _node.AppendAsync("account:a");

        record.At.ToUnixTimeSeconds().ShouldBeInRange(long.Parse(told, CultureInfo.InvariantCulture), long.Parse(told, CultureInfo.InvariantCulture) + 20);
        (await _node.ExchangeAsync()).At.ShouldBeGreaterThanOrEqualTo(record.At);
    }

    /// <summary>PROTOCOL 25: what the writer compares with the position it noted before its transaction.</summary>
    [Fact]
    public async Task TheReplyTellsEachTagsLastInvalidationBefore()
    {
        await _node.AppendAsync("account:a");
        await _node.AppendAsync(LogNode.MarkStale("account:b", TimeSpan.FromHours(1)));
        await _node.AppendAsync(LogNode.MarkStale("account:b", TimeSpan.FromHours(2)));

        var reply = await _node.AppendAsync(LogNode.Expire("account:a", "account:b"), LogNode.Expire("account:c", "account:a"));
        reply.Before.ToDictionary(each => each.Key.Text, each => each.Value).ShouldBe(new Dictionary<string, long>
        {
            ["account:a"] = 1, // not 4, which this append has set itself
            ["account:b"] = 3,
            ["account:c"] = 0,
        }, ignoreOrder: true);
    }
}
