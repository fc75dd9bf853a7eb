using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Sql.Tests.Relay;

/// <summary>PROTOCOL 24: a relay appends to the log that counts now, and only what that one may not have.</summary>
public sealed class RelayOnSharedLogTests : WatchedRelayTest
{
    private readonly TestLogServer _server = new(new TestTimeProvider()) { IsMature = true };
    private readonly TestLogConnection _link;

    public RelayOnSharedLogTests() => _link = _server.Connect("a");

    /// <summary>It leaves the rows to a node that can append them, and holds none of them meanwhile.</summary>
    [Fact]
    public async Task WhileTheLogIsKnownToBeAwayTheDatabaseIsNotAsked()
    {
        var app = StartShared();
        await InsertAsync("thing.changed", """{"id":"a"}""");
        _link.IsCut = true;
        await PassUntilAsync(app, () => ((SharedLog)app.Freshet.Log).IsAway);
        await RelayOf(app).StopAsync();
        var before = Opens;

        (await RelayOf(app).RelayAllAsync(default)).ShouldBe(0);

        Opens.ShouldBe(before);
    }

    /// <summary>Before it has met the log, its own epoch is nobody's: what another node appended lately is where it belongs.</summary>
    [Fact]
    public async Task ANodeThatStartsWithoutTheLogReopensNothing()
    {
        await InsertAppendedAsync();
        _link.IsCut = true;

        StartShared();

        (await Database.CountAsync("appended_at IS NOT NULL")).ShouldBe(1);
    }

    /// <summary>A log of one process begins a new epoch with each, and there is nobody else who could have missed anything.</summary>
    [Fact]
    public async Task ALogThatIsNotSharedReopensNothing()
    {
        await InsertAppendedAsync();

        var app = StartWatched();

        (app.Freshet.Log.Position.Position, await Database.CountAsync("appended_at IS NOT NULL")).ShouldBe((0, 1));
    }

    [Fact]
    public async Task AfterAnEpochRowsAreReopenedOnceAndThatIsTold()
    {
        await InsertAppendedAsync();
        var app = StartShared();
        await UntilAsync(() => _server.Head.Position == 1);
        app.LogLines.Lines.ShouldContain(line => line.Text.Contains("The log has begun a new epoch: 1 records"));
        await InsertAppendedAsync(); // by a node that is late
        var before = Opens;

        await UntilAsync(() =>
        {
            RelayOf(app).Ring();
            return Opens >= before + 3;
        });

        (await Database.CountAsync("appended_at IS NOT NULL")).ShouldBe(2);
    }

    /// <summary>What was appended before is old enough that no node, and no browser, can have missed it.</summary>
    [Fact]
    public async Task WhatWasAppendedLongBeforeTheEpochIsNotReopened()
    {
        await InsertAppendedAsync(minutesAgo: 30);

        StartShared();

        (_server.Head.Position, await Database.CountAsync("position = 5")).ShouldBe((0, 1));
    }

    [Fact]
    public async Task AReopeningThatFailsIsTriedAgain()
    {
        var app = await FailToReopenAsync();

        OnOpen = _ => Task.CompletedTask;

        await PassUntilAsync(app, () => _server.Head.Position == 1);
    }

    /// <summary>What this node knows of the log's epoch may be out of date by then.</summary>
    [Fact]
    public async Task WhileTheLogIsAwayNothingIsReopened()
    {
        var app = await FailToReopenAsync();
        _link.IsCut = true;
        await PassUntilAsync(app, () => ((SharedLog)app.Freshet.Log).IsAway);

        OnOpen = _ => Task.CompletedTask;

        await PassUntilAsync(app, () => !OutboxOf(app).State.IsAway); // it has taken a step
        (await Database.CountAsync("appended_at IS NOT NULL")).ShouldBe(1);
    }

    [Fact]
    public void WhereNothingIsReopenedNothingIsTold() => StartShared().LogLines.Lines.ShouldNotContain(line => line.Text.Contains("has begun a new epoch"));

    /// <summary>Such as a record that is too large for it.</summary>
    [Fact]
    public async Task ARowThatTheLogRefusesKeepsNoOtherFromBeingAppended()
    {
        var app = StartShared();
        await InsertAsync("thing.changed", """{"id":"refused"}""");
        await InsertAsync("thing.changed", """{"id":"after"}""");
        _link.OnCheck = draft =>
        {
            if (draft.EventData!.Contains("refused", StringComparison.Ordinal)) throw new UnreadableRowException("refused");
        };

        await RelayOf(app).RelayAllAsync(default);

        _server.Records.Select(TagOf).ShouldBe(["thing:after"]);
        (await Database.CountAsync("attempts = 1 AND error = 'refused'")).ShouldBe(1);
    }

    /// <summary>Starts an application whose log has begun a new epoch, and whose database is away.</summary>
    private async Task<TestApp> FailToReopenAsync()
    {
        var app = StartShared();
        await InsertAppendedAsync();
        OnOpen = _ => throw new TimeoutException();
        _server.RestartEmpty();
        await PassUntilAsync(app, () => app.Freshet.Log.Position.Epoch == _server.Epoch);
        var before = Opens;
        await PassUntilAsync(app, () => Opens >= before + 2); // the second is of a step that began when the epoch was known
        return app;
    }

    private TestApp StartShared() => StartWatched(more: freshet => freshet.Services.AddSingleton<ILogService>(_link));

    private Task InsertAppendedAsync(int minutesAgo = 0) => Database.ExecuteAsync($$"""
        INSERT INTO freshet_outbox (action, event, data, epoch, position, appended_at)
        VALUES ('import.py', 'thing.changed', '{"id":"a"}', 'a3bb189e-8bf9-3888-9912-ace4e6543002', 5, strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-{{minutesAgo}} minutes'))
        """);
}
