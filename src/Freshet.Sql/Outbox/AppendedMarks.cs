using Microsoft.Extensions.Logging;

namespace Freshet.Sql;

/// <summary>Notes in the database where the log has the rows that their own actions appended: gathered for a moment, so that it costs no action a round trip.</summary>
/// <remarks>What gets lost here, with the process or the database, the relay repairs: it appends the row once more, which the log knows by its id.</remarks>
internal sealed class AppendedMarks(OutboxDatabase database, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>How long marks are gathered.</summary>
    internal static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    private const int MostWaiting = 65_536;
    private const int MostAtOnce = 1_000;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _writing = new(1);
    private Queue<AppendedRow> _waiting = new(); // guarded by _gate
    private bool _isGathering;                   // guarded by _gate

    public void Add(IReadOnlyList<LogRecord> records)
    {
        lock (_gate)
        {
            foreach (var record in records)
            {
                if (_waiting.Count < MostWaiting) _waiting.Enqueue(new AppendedRow(record.Id, new LogPosition(record.Epoch, record.Position)));
            }
            if (_isGathering) return;
            _isGathering = true;
        }
        using var _ = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        Finished = GatherAsync();
    }

    /// <summary>The last gathering.</summary>
    internal Task Finished { get; private set; } = Task.CompletedTask;

    /// <summary>Writes what is waiting, now.</summary>
    public async Task FlushAsync()
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            Queue<AppendedRow> rows;
            lock (_gate)
            {
                _isGathering = false;
                if (_waiting.Count == 0) return;
                (rows, _waiting) = (_waiting, new Queue<AppendedRow>());
            }
            foreach (var some in rows.Chunk(MostAtOnce)) await database.MarkAsync(some, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The relay repairs it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            logger.MarksLost(error.GetType().Name);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync() => await FlushAsync().ConfigureAwait(false);

    private async Task GatherAsync()
    {
        await Task.Delay(Gathering, time).ConfigureAwait(false);
        await FlushAsync().ConfigureAwait(false);
    }
}
