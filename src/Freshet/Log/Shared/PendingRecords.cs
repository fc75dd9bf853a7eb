using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Records the log could not take in time. They are handed to it again until it has them; their ids make that harmless.</summary>
/// <remarks>They live as long as the process. What must outlive it belongs into an outbox, whose relay appends it if this process does not.</remarks>
internal sealed class PendingRecords(ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Queue<(Writer Writer, IReadOnlyList<RecordDraft> Drafts)> _waiting = new(); // guarded by _gate

    public int Count
    {
        get
        {
            lock (_gate) return _waiting.Sum(each => each.Drafts.Count);
        }
    }

    /// <summary>Those that no outbox keeps.</summary>
    public int LostWithThisProcess
    {
        get
        {
            lock (_gate) return _waiting.Sum(each => each.Drafts.Count(draft => !draft.IsDurable));
        }
    }

    public void Add(Writer writer, IReadOnlyList<RecordDraft> drafts)
    {
        lock (_gate) _waiting.Enqueue((writer, drafts));
    }

    /// <summary>Hands them to the log, in order, until one is not taken. One caller at a time.</summary>
    /// <param name="append">Hands some over.</param>
    /// <param name="taken">Told of them once they are no longer waiting: what goes wrong there does not hand them over again.</param>
    public async Task SendAsync(Func<Writer, IReadOnlyList<RecordDraft>, Task<AppendReply>> append, Action<AppendReply> taken)
    {
        while (true)
        {
            (Writer Writer, IReadOnlyList<RecordDraft> Drafts) first;
            lock (_gate)
            {
                if (!_waiting.TryPeek(out first)) return;
            }
            AppendReply reply;
            try
            {
                reply = await append(first.Writer, first.Drafts).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // They stay, and are handed over again. Who handed them over first was told, and so is the metric.
            catch (Exception error)
#pragma warning restore CA1031
            {
                logger.StillPending(Count, error.GetType().Name);
                return;
            }
            lock (_gate) _waiting.Dequeue();
            taken(reply);
            logger.NoLongerPending(first.Drafts.Count, first.Writer.Action);
        }
    }
}
