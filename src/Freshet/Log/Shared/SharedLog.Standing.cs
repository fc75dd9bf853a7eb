namespace Freshet;

/// <remarks>How current this node is, and what it does to be as current as a read asks for.</remarks>
internal sealed partial class SharedLog
{
    public override bool TryStand(ConsistencyToken? token, long maxStaleness, out Standing standing)
    {
        standing = default;
        var required = 0L;
        if (token is { } wanted)
        {
            var applied = Position;
            if (wanted.Epoch != applied.Epoch || wanted.Position > applied.Position) return false;
            required = wanted.Position;
        }
        if (!Node.Confirmation!.Covers(maxStaleness, Node.Clock.Now)) return false;
        standing = new Standing(true, required, IsConfirmed: true);
        return true;
    }

    public override async ValueTask<Standing> CatchUpAsync(ConsistencyToken? token, long maxStaleness, TimeSpan limit, CancellationToken cancellationToken)
    {
        var exchanged = false;
        if (!_exchanger.IsAway) // an outage costs no read its limit: who finds it out tells the others
        {
            var exchange = _exchanger.ExchangeAsync();
            await ((Task)exchange).WaitAsync(limit, Node.Clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            exchanged = exchange is { IsCompletedSuccessfully: true, Result: true };
        }

        // The exchange was sent after this read began, so that it found this node at the head was true then or later (PROTOCOL 8).
        var isConfirmed = exchanged || Node.Confirmation!.Covers(maxStaleness, Node.Clock.Now);
        if (token is not { } wanted) return new Standing(true, 0, isConfirmed);
        var applied = Position;
        if (wanted.Epoch == applied.Epoch) return new Standing(wanted.Position <= applied.Position, wanted.Position, isConfirmed);
        // Of a log that is gone: the exchange found this node in the epoch that counts, which outdates all that went before. Without
        // one it may as well be this node's epoch that is gone, however well its bound is kept (PROTOCOL 10).
        return new Standing(exchanged, 0, isConfirmed);
    }

    /// <summary>Fetches the marks of tags that this node does not know far enough back (PROTOCOL 12).</summary>
    /// <param name="table">The table the marks are of.</param>
    /// <param name="marks">Acquired marks.</param>
    /// <param name="loadedAt">Position of the value that carries them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether they are known now.</returns>
    public async ValueTask<bool> KnowMarksAsync(MarkTable table, IReadOnlyList<TagMark> marks, long loadedAt, CancellationToken cancellationToken)
    {
        var unknown = marks.Where(mark => mark.UnknownUpTo > loadedAt).ToList();
        if (unknown.Count == 0) return true;
        // A kind that was flushed before this node knew the tag left its mark under another name, in the log as well.
        var kinds = unknown.Where(mark => !FlushTags.IsOne(mark.Tag)).Select(mark => mark.Tag.Kind).Distinct(StringComparer.Ordinal).ToList();
        var now = Node.Clock.Now;
        var fetched = await _service.FetchMarksAsync([.. unknown.Select(mark => mark.Tag), .. kinds.Select(FlushTags.OfKind)], cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        return table.TryMerge(unknown, fetched with { Marks = [.. unknown.Select((mark, i) => WithKind(fetched, i, kinds.IndexOf(mark.Tag.Kind), unknown.Count))] }, now);
    }

    private static FetchedMark WithKind(FetchedMarks fetched, int mark, int kind, int marks) => kind < 0
        ? fetched.Marks[mark]
        : fetched.Marks[mark] with { ExpiredAt = Math.Max(fetched.Marks[mark].ExpiredAt, fetched.Marks[marks + kind].ExpiredAt) };
}
