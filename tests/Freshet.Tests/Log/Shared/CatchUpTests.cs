namespace Freshet.Tests.Log.Shared;

/// <summary>Read your writes on any node (R3): a read with a token brings its node there, or says that it could not.</summary>
public sealed class CatchUpTests
{
    [Fact]
    public async Task A_token_of_another_node_is_caught_up_with_before_the_read()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.Low, "1");
        b.Link.DropsBells = true;
        b.Link.HoldsBells = false;

        var token = await WriteUnheardAsync(nodes, a, "1", 2);
        var answer = await b.AnswerAsync(Things.Low, "1", token);

        (answer.Value.Number, answer.Satisfied, answer.Source).ShouldBe((2, true, AnswerSource.Load));
        answer.LoadedAt.Position.ShouldBeGreaterThanOrEqualTo(token!.Value.Position);
        (await b.ReadAsync(Things.Low, "1")).ShouldBe(2);
    }

    [Fact]
    public async Task Reads_that_wait_for_the_same_exchange_share_the_next()
    {
        await using var nodes = new Nodes();
        var b = nodes.Start("b");
        await b.CatchUpAsync();
        var before = b.Exchanges;
        var held = b.Link.HoldReply(LogCall.Exchange);
        var beyond = new ConsistencyToken(nodes.Server.Epoch, 1);

        var first = b.AnswerAsync(Things.Low, "1", beyond);
        await held.Reached;
        var others = Enumerable.Range(0, 6).Select(_ => b.AnswerAsync(Things.Low, "1", beyond)).ToList();
        held.Open();
        await first;
        await Task.WhenAll(others);

        (b.Exchanges - before).ShouldBe(2);
    }

    [Fact]
    public async Task A_token_out_of_reach_is_answered_from_the_source_and_said_so_and_the_cache_is_left_alone()
    {
        await using var nodes = new Nodes();
        var b = nodes.Start("b");
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.Low, "1");
        nodes.Source["1"] = new Value(2);

        var answer = await b.AnswerAsync(Things.Low, "1", new ConsistencyToken(nodes.Server.Epoch, nodes.Server.Head.Position + 5));

        (answer.Value.Number, answer.Satisfied, answer.Source).ShouldBe((2, false, AnswerSource.Bypass));
        (await b.ReadAsync(Things.Low, "1")).ShouldBe(1);
    }

    /// <summary>PROTOCOL 10: the node has been in the epoch that counts since after the read began; a token of a log that is gone asks for nothing more.</summary>
    [Fact]
    public async Task PROTOCOL_10_a_token_of_a_log_that_is_gone_is_satisfied_by_an_exchange_sent_after_the_read_began()
    {
        await using var nodes = new Nodes();
        var b = nodes.Start("b");
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.Low, "1");
        var before = b.Exchanges;

        var answer = await b.AnswerAsync(Things.Low, "1", new ConsistencyToken(Epoch.Create(), 100));

        (answer.Satisfied, answer.Source).ShouldBe((true, AnswerSource.Cache));
        b.Exchanges.ShouldBe(before + 1);
    }

    /// <summary>PROTOCOL 10: without an exchange it may as well be the node's own epoch that is gone, however well the query's bound is kept.</summary>
    [Fact]
    public async Task PROTOCOL_10_a_token_of_an_epoch_this_node_has_not_seen_is_not_satisfied_by_its_bound()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.Low, "1");
        await b.CutAsync();
        nodes.Server.RestartEmpty();
        nodes.Server.IsMature = true;
        var token = await a.WriteAsync("1", 2);

        var answer = await b.AnswerAsync(Things.Low, "1", token);

        (answer.Value.Number, answer.Satisfied).ShouldBe((2, false));
    }

    [Fact]
    public async Task PROTOCOL_10_a_token_of_the_epoch_that_followed_brings_the_node_there()
    {
        await using var nodes = new Nodes();
        var (a, b) = (nodes.Start("a"), nodes.Start("b"));
        nodes.Source["1"] = new Value(1);
        await b.ReadAsync(Things.Low, "1");
        b.Link.DropsBells = true;
        nodes.Server.RestartEmpty();
        nodes.Server.IsMature = true;
        var token = await a.WriteAsync("1", 2);

        var answer = await b.AnswerAsync(Things.Low, "1", token);

        (answer.Value.Number, answer.Satisfied, b.Log.Position.Epoch).ShouldBe((2, true, nodes.Server.Epoch));
    }

    /// <summary>A write whose record the other nodes are not told of, and that waits for none of their leases.</summary>
    private static async Task<ConsistencyToken?> WriteUnheardAsync(Nodes nodes, Member writer, string id, int number)
    {
        var rows = nodes.Server.Leases;
        nodes.Server.Remove(rows);
        return await writer.WriteAsync(id, number);
    }
}
