namespace Freshet;

/// <summary>Fetches from the shared log what this node does not know of tags that a second-level entry carries.</summary>
internal interface IMarkFetching
{
    /// <summary>Brings marks that say no more than "perhaps up to here" up to what the log knows (PROTOCOL 12).</summary>
    /// <param name="at">What this node had applied when the read began; a mark of another epoch or an older head is not used.</param>
    /// <param name="marks">The marks, held by the caller.</param>
    /// <param name="loadedAt">Position of the entry they are for. Marks at or below it need no fetching.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether the marks now say all that the log knew. When false the entry counts as outdated: unknown is never fresh.</returns>
    ValueTask<bool> KnowMarksAsync(AppliedPosition at, IReadOnlyList<TagMark> marks, long loadedAt, CancellationToken cancellationToken);
}
