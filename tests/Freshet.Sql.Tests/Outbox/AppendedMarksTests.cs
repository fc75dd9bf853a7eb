using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Freshet.Sql.Tests.Outbox;

/// <summary>Where the log has rows is noted a moment later, many at once, and by one at a time.</summary>
public sealed class AppendedMarksTests : IDisposable
{
    private static readonly Epoch _epoch = Epoch.Create();

    private readonly TestTimeProvider _time = new();
    private readonly CollectedLog _log = new();
    private readonly StubDatabase _database = new();
    private readonly List<long[]> _batches = []; // by one at a time, so with no lock of their own
    private readonly AppendedMarks _marks;

    public AppendedMarksTests()
    {
        _database.OnMarked = rows =>
        {
            _batches.Add([.. rows.Select(row => row.Position.Position)]);
            return Task.CompletedTask;
        };
        _marks = new AppendedMarks(_database, _time, _log);
    }

    public void Dispose()
    {
        _database.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task WhatComesWithinAMomentIsWrittenTogether()
    {
        for (var round = 0; round < 2; round++) // and the next moment begins with what comes next
        {
            _batches.Clear();
            _marks.Add([RecordAt(1)]);
            _marks.Add([RecordAt(2), RecordAt(3)]);
            _time.TimersSet.ShouldBe(1);
            _batches.ShouldBeEmpty();

            _time.Advance(AppendedMarks.Gathering);
            await _marks.Finished.WaitAsync(TimeSpan.FromSeconds(30));

            _batches.ShouldHaveSingleItem().ShouldBe([1, 2, 3]);
        }
    }

    [Fact]
    public async Task WhatIsWrittenIsNotWrittenAgain()
    {
        _marks.Add([RecordAt(1)]);
        await _marks.FlushAsync();
        await _marks.DisposeAsync();

        _batches.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task AtTheEndWhatIsWaitingIsWritten()
    {
        _marks.Add([RecordAt(1)]);
        await _marks.DisposeAsync();

        _batches.ShouldHaveSingleItem();
    }

    /// <summary>Actions may end after the relay has.</summary>
    [Fact]
    public async Task AnOutboxThatIsDisposedWritesWhatIsWaiting()
    {
        await using (var outbox = new SqlOutbox(_database, new SqlOutboxOptions(), "app", _time, NullLogger<SqlOutbox>.Instance))
        {
            outbox.NoteAppended([]);
            _time.TimersSet.ShouldBe(0, "there is nothing to gather");
            outbox.NoteAppended([RecordAt(1)]);
        }

        _batches.ShouldHaveSingleItem().ShouldBe([1]);
    }

    /// <summary>A statement with more parameters than a database takes would lose them all.</summary>
    [Fact]
    public async Task ManyAreWrittenInBatches()
    {
        _marks.Add([.. Enumerable.Range(1, 2_500).Select(position => RecordAt(position))]);
        await _marks.FlushAsync();

        _batches.Select(batch => batch.Length).ShouldBe([1_000, 1_000, 500]);
    }

    /// <summary>While the database is away they are not gathered without end. Those that are left out the relay finds.</summary>
    [Fact]
    public async Task NoMoreThanSoManyWait()
    {
        var record = RecordAt(1);
        _marks.Add([.. Enumerable.Repeat(record, 70_000)]);
        _marks.Add([record]);
        await _marks.FlushAsync();

        _batches.Sum(batch => batch.Length).ShouldBe(65_536);
    }

    [Fact]
    public async Task OneWritesAtATime()
    {
        var gate = new Gate();
        var writing = 0;
        _database.OnMarked = async _ =>
        {
            writing++;
            await gate.PassAsync();
        };
        _marks.Add([RecordAt(1)]);
        var first = _marks.FlushAsync();
        await gate.Reached;
        _marks.Add([RecordAt(2)]);

        var second = _marks.FlushAsync();

        writing.ShouldBe(1);
        gate.Open();
        await Task.WhenAll(first, second).WaitAsync(TimeSpan.FromSeconds(30));
        writing.ShouldBe(2);
    }

    /// <summary>The relay repairs it, so nobody has to be told with an error.</summary>
    [Fact]
    public async Task WhatCannotBeWrittenIsLostAndTheNextIsWritten()
    {
        var written = _database.OnMarked;
        _database.OnMarked = _ => throw new TimeoutException();
        _marks.Add([RecordAt(1)]);
        await _marks.FlushAsync();
        _log.Lines.ShouldContain(line => line.Level == LogLevel.Debug && line.Text.Contains("TimeoutException"));

        _database.OnMarked = written;
        _marks.Add([RecordAt(2)]);
        await _marks.FlushAsync().WaitAsync(TimeSpan.FromSeconds(30));

        _batches.ShouldHaveSingleItem().ShouldBe([2]);
    }

    [Fact]
    public async Task TheyCarryNothingOfWhoeverCameFirst()
    {
        var request = new AsyncLocal<string?> { Value = "whoever came first" };
        var seen = "not told";
        _database.OnMarked = _ =>
        {
            seen = request.Value;
            return Task.CompletedTask;
        };
        _marks.Add([RecordAt(1)]);
        _time.Advance(AppendedMarks.Gathering);
        await _marks.Finished.WaitAsync(TimeSpan.FromSeconds(30));

        seen.ShouldBeNull();
    }

    private static LogRecord RecordAt(long position) => LogRecord.Of(
        new Writer(TriggerKind.Job, "test", null, null), new RecordDraft(RecordId.Next(), "Raise", null, null, []), new LogPosition(_epoch, position), DateTimeOffset.UnixEpoch);
}
