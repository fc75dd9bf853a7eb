namespace Freshet;

/// <summary>Fetches from the shared log what this node does not know of tags that a second-level entry carries.</summary>
internal interface IMarkFetching
{
    /// <summary>Brings marks that say no more than "perhaps up to here" up to what the log knows (PROTOCOL 12).</summary>
    /// <param name="table">The table the marks are of.</param>
    /// <param name="marks">The marks, held by the caller.</param>
    /// <param name="loadedAt">Position of the entry they are for. Marks at or below it need no fetching.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether the marks now say all that the log knew. When false the entry counts as outdated: unknown is never fresh.</returns>
    ValueTask<bool> KnowMarksAsync(MarkTable table, IReadOnlyList<TagMark> marks, long loadedAt, CancellationToken cancellationToken);
}

/// <summary>The shared log, asked for marks.</summary>
internal sealed class SharedLogMarks(SharedLog log) : IMarkFetching
{
    public ValueTask<bool> KnowMarksAsync(MarkTable table, IReadOnlyList<TagMark> marks, long loadedAt, CancellationToken cancellationToken) =>
        log.KnowMarksAsync(table, marks, loadedAt, cancellationToken);
}
