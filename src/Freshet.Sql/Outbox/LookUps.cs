using System.Transactions;

namespace Freshet.Sql;

/// <summary>Asks the database which rows are committed: one question at a time, and whoever comes meanwhile shares the next one.</summary>
/// <remarks>
/// So the ends of a thousand actions take one connection and a few round trips. Were each to ask by itself, actions that still hold
/// the connection they wrote with would wait for a second one, and together they could hold all of a pool and wait for ever.
/// A question counts only if it is sent after the commit: it is, because who shares a question has come before it is sent.
/// </remarks>
internal sealed class LookUps(OutboxDatabase database, TimeSpan timeout, TimeProvider time)
{
    /// <summary>Most ids in one question: databases limit the parameters of a statement.</summary>
    internal const int MostIds = 500;

    private readonly Lock _gate = new();
    private readonly Queue<Question> _waiting = new(); // guarded by _gate
    private bool _isAsking;                            // guarded by _gate

    /// <exception cref="TimeoutException">The database did not answer in time.</exception>
    public async ValueTask<IReadOnlySet<Guid>> CommittedAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        var question = new Question(ids);
        bool isFirst;
        lock (_gate)
        {
            _waiting.Enqueue(question);
            isFirst = !_isAsking;
            _isAsking = true;
        }
        if (isFirst)
        {
            using var _ = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
            question.Asked = AskAllAsync(); // goes on for others when this one has its answer
        }
        return await question.Answer.Task.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
    }

    private async Task AskAllAsync()
    {
        // A connection that is opened within an ambient transaction takes part in it, and this one stays open. Else a switch of thread
        // is spared: it would take a good part of the time that the question does.
        if (Transaction.Current is not null) await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (true)
        {
            var questions = new List<Question>();
            lock (_gate)
            {
                for (var ids = 0; _waiting.TryPeek(out var next) && (ids == 0 || ids + next.Ids.Count <= MostIds); ids += next.Ids.Count) questions.Add(_waiting.Dequeue());
                if (questions.Count == 0)
                {
                    _isAsking = false;
                    return;
                }
            }
            await AskAsync(questions).ConfigureAwait(false);
        }
    }

    private async Task AskAsync(List<Question> questions)
    {
        try
        {
            using var limit = new CancellationTokenSource(timeout, time);
            var found = new HashSet<Guid>();
            foreach (var ids in questions.SelectMany(question => question.Ids).Chunk(MostIds))
                found.UnionWith(await database.CommittedAsync(ids, limit.Token).ConfigureAwait(false));
            foreach (var question in questions) question.Answer.TrySetResult(found);
        }
#pragma warning disable CA1031 // Whatever the driver throws is told to everybody who asked.
        catch (Exception error)
#pragma warning restore CA1031
        {
            foreach (var question in questions) question.Answer.TrySetException(error);
        }
    }

    private sealed class Question(IReadOnlyList<Guid> ids)
    {
        public IReadOnlyList<Guid> Ids => ids;

        public Task? Asked { get; set; }

        public TaskCompletionSource<IReadOnlySet<Guid>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
