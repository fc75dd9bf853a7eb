using System.Data.Common;
using Dapper;

namespace Freshet.Sql.Tests.Outbox;

/// <summary>On SQLite a row that is not appended is found because it is newer than all that are, or because it was noted when one overtook it.</summary>
public sealed class OvertakenRowTests : OutboxTest<SqliteTestDatabase>
{
    private static readonly Epoch _epoch = Epoch.Create();

    /// <summary>Its action is slow, or its process ended: an action that wrote later has appended its own row and marked it.</summary>
    [Fact]
    public async Task ARowThatLaterOnesOvertakeIsFoundInItsPlace()
    {
        var ids = await WriteAsync(5);
        await MarkAsync(ids, 2);
        await MarkAsync(ids, 4);

        (await DueAsync()).ShouldBe([1, 3, 5]);
        (await DueAsync(most: 2)).ShouldBe([1, 3]);
        (await Database.Outbox.CommittedAsync(ids, default)).ShouldBe(ids, ignoreOrder: true);
        (await Database.Outbox.StateAsync("app", TimeSpan.Zero, default)).Backlog.ShouldBe(3);

        await MarkAsync(ids, 1, 3, 5);
        (await DueAsync()).ShouldBeEmpty();
        (await Database.ReadAsync<string>("SELECT group_concat(position) FROM (SELECT position FROM freshet_outbox ORDER BY seq)")).ShouldBe("1,2,3,4,5");
    }

    /// <summary>In whatever order they are found.</summary>
    [Fact]
    public async Task WhatSeveralOvertakeThatAreMarkedAtOnceIsFound()
    {
        var ids = await WriteAsync(5);
        await MarkAsync(ids, 2, 4);

        (await DueAsync()).ShouldBe([1, 3, 5]);
        (await Database.CountAsync("position = 0")).ShouldBe(2, "the last is newer than all that are appended, and needs no note");
    }

    /// <summary>Were the marks written and the note lost, the row between would be found by nobody for a while.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AMarkIsNotWrittenWithoutANoteOfWhatItOvertakes(bool byRelay)
    {
        var ids = await WriteAsync(2);
        await Database.ExecuteAsync("CREATE TRIGGER fails BEFORE UPDATE ON freshet_outbox WHEN NEW.position = 0 BEGIN SELECT RAISE(ABORT, 'no note'); END");
        await Should.ThrowAsync<DbException>(() => byRelay
            ? Database.Outbox.RelayAsync("app", 10, _ => Task.FromResult<RowFates?>(new RowFates([new AppendedRow(ids[1], new LogPosition(_epoch, 2))], [])), default)
            : MarkAsync(ids, 2));

        (await DueAsync()).ShouldBe([1, 2]);
    }

    /// <summary>SQLite gives the highest number once more when its row is gone.</summary>
    [Fact]
    public async Task ARowThatTookTheNumberOfOneThatIsGoneIsNotMarkedInItsPlace()
    {
        await WriteAsync(1);
        await Database.Outbox.RelayAsync("app", 10, async rows =>
        {
            await Database.ExecuteAsync("DELETE FROM freshet_outbox");
            await WriteAsync(1);
            return new RowFates([new AppendedRow(rows[0].Id!.Value, new LogPosition(_epoch, 1))], []);
        }, default);

        (await DueAsync()).ShouldBe([1]);
    }

    /// <summary>Another program may have chosen it.</summary>
    [Fact]
    public async Task ARowOfAnyNumberIsFound()
    {
        await WriteAsync(1);
        await Database.ExecuteAsync("UPDATE freshet_outbox SET seq = -7");

        (await DueAsync()).ShouldBe([-7]);
    }

    /// <summary>The relay marks what it appended, oldest first as a rule; a row whose data do not fit stays behind.</summary>
    [Fact]
    public async Task ARowThatTheRelayCouldNotAppendIsTriedAgain()
    {
        await WriteAsync(3);
        await Database.Outbox.RelayAsync("app", 10, rows => Task.FromResult<RowFates?>(
            new RowFates([.. rows.Skip(1).Select(row => new AppendedRow(row.Id!.Value, new LogPosition(_epoch, row.Seq)))], [new FailedRow(1, "fault", TimeSpan.Zero)])), default);

        (await DueAsync()).ShouldBe([1]);
    }

    [Fact]
    public async Task OneThatIsSetAsideIsNotDueUntilItIsLetGo()
    {
        var ids = await WriteAsync(2);
        await MarkAsync(ids, 2);
        await Database.ExecuteAsync("UPDATE freshet_outbox SET set_aside_at = created_at WHERE seq = 1");
        (await DueAsync()).ShouldBeEmpty();
        (await Database.Outbox.StateAsync("app", TimeSpan.Zero, default)).ShouldBe(new OutboxState(0, TimeSpan.Zero, 1, IsAway: false));
        (await Database.Outbox.CommittedAsync([ids[0]], default)).ShouldBe([ids[0]]);

        await Database.ExecuteAsync("UPDATE freshet_outbox SET set_aside_at = NULL WHERE seq = 1");
        (await DueAsync()).ShouldBe([1]);
    }

    [Fact]
    public async Task OneThatIsNotDueYetOrAnothersIsLeftAlone()
    {
        var ids = await WriteAsync(3);
        await Database.ExecuteAsync("UPDATE freshet_outbox SET due_at = '9999-01-01T00:00:00.000Z' WHERE seq = 1");
        await Database.ExecuteAsync("UPDATE freshet_outbox SET keyspace = 'other' WHERE seq = 2");
        await MarkAsync(ids, 3);

        (await DueAsync()).ShouldBeEmpty();
    }

    /// <summary>Of each two in one state one is asked for.</summary>
    [Fact]
    public async Task WhoAsksForRowsFindsEachOnceAndNoOthersWhateverTheirState()
    {
        var ids = await WriteAsync(10);
        await Database.ExecuteAsync("UPDATE freshet_outbox SET set_aside_at = created_at WHERE seq <= 4");
        await MarkAsync(ids, 3, 4, 7, 8);

        await using var connection = await Database.OpenAsync();
        await using var command = connection.CreateCommand();
        var found = await connection.QueryAsync<long>(Database.Outbox.SelectById(command, "seq", [.. ids.Where((_, i) => i % 2 == 0)]));

        found.Order().ShouldBe([1, 3, 5, 7, 9]);
    }

    /// <summary>Once the rows that overtook it are deleted, it is newer than all that are appended too: it is one row all the same.</summary>
    [Fact]
    public async Task ItIsOneRowStillWhenNoneIsLeftThatOvertookIt()
    {
        var ids = await WriteAsync(3);
        await MarkAsync(ids, 2);
        await Database.ExecuteAsync("UPDATE freshet_outbox SET appended_at = '2020-01-01T00:00:00.000Z' WHERE seq = 2");
        (await Database.Outbox.PruneAsync(TimeSpan.FromHours(1), TimeSpan.FromDays(1), 10, default)).ShouldBe(1);

        (await DueAsync()).ShouldBe([1, 3]);
        (await Database.Outbox.StateAsync("app", TimeSpan.Zero, default)).Backlog.ShouldBe(2);
    }

    /// <summary>By hand, or by an earlier version of Freshet, which had an index of all open rows and noted nothing.</summary>
    [Fact]
    public async Task ARowThatWasOvertakenWithoutANoteIsFoundWhenTheRelayLooksThroughAll()
    {
        await WriteAsync(6);
        await Database.ExecuteAsync("UPDATE freshet_outbox SET position = seq, appended_at = created_at WHERE seq IN (3, 5)");
        await Database.ExecuteAsync("UPDATE freshet_outbox SET appended_at = created_at WHERE seq = 2");
        (await DueAsync()).ShouldBe([6]);

        await Database.Outbox.PruneAsync(TimeSpan.FromHours(1), TimeSpan.FromDays(1), 10, default);

        (await DueAsync()).ShouldBe([1, 4, 6]);
        (await Database.CountAsync("position = 0")).ShouldBe(2, "the last is newer than all that are appended, and needs no note; nor does one that a hand has marked");
    }

    /// <summary>What every action writes is kept up in no index until it is marked: that would cost as much as the row itself.</summary>
    [Fact]
    public async Task ARowOfAWriteIsInNoIndex()
    {
        await WriteAsync(1);

        await using var connection = await Database.OpenAsync();
        foreach (var sql in await connection.QueryAsync<string?>("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'freshet_outbox'"))
            (await Database.CountAsync(sql.ShouldNotBeNull("an index of all rows").Split(" WHERE ")[1])).ShouldBe(0, sql);
    }

    private async Task<List<Guid>> WriteAsync(int rows)
    {
        var ids = Enumerable.Range(0, rows).Select(_ => Guid.NewGuid()).ToList();
        foreach (var id in ids) await Database.ExecuteAsync("INSERT INTO freshet_outbox (id, action, event, data) VALUES (@id, 'write', 'thing.changed', '{}')", new { id = id.ToString("D") });
        return ids;
    }

    /// <summary>Marks rows as an action does, each with its number as position.</summary>
    private Task MarkAsync(List<Guid> ids, params int[] seqs) =>
        Database.Outbox.MarkAsync([.. seqs.Select(seq => new AppendedRow(ids[seq - 1], new LogPosition(_epoch, seq)))], default);

    private async Task<List<long>> DueAsync(int most = 10)
    {
        await using var due = await Database.Outbox.TakeDueAsync("app", most, default);
        return [.. due.Rows.Select(row => row.Seq)];
    }
}
