namespace Freshet;

/// <remarks>What this node adds to the log: at once, or pending until the log takes it.</remarks>
internal sealed partial class SharedLog
{
    public override async ValueTask<Appended> AppendAsync(Writer writer, IReadOnlyList<RecordDraft> drafts, bool wantsBefore = false, bool keepPending = true)
    {
        var activity = AppendActivity.Start(writer, drafts.Count, _failures);
        AppendReply reply;
        try
        {
            reply = await SendAsync(writer, drafts, wantsBefore).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The log did not take it, or did not say so: never a silent success (PROTOCOL 27).
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (keepPending)
            {
                Pending.Add(writer, drafts);
                Logger.NowPending(error, drafts.Count, writer.Action, error.GetType().Name);
            }
            if (drafts.Any(draft => draft.Invalidations.Count > 0)) ExpireAhead(drafts); // not for holds
            activity.End(Position.Position);
            return new Appended([], null, IsPending: true);
        }
        if (reply.Records.Count == 0) // holds that came too late
        {
            activity.End(Position.Position);
            return new Appended([], reply.Before);
        }
        await FinishAsync(reply, drafts).ConfigureAwait(false);
        NoteAppended(reply.Records);
        activity.End(reply.Records[^1].Position);
        return new Appended([.. reply.Records], reply.Before);
    }

    private async Task<AppendReply> SendAsync(Writer writer, IReadOnlyList<RecordDraft> drafts, bool wantsBefore = false)
    {
        var reply = await _service.AppendAsync(new AppendRequest(Id, writer, drafts) { WantsBefore = wantsBefore }, CancellationToken.None).AsTask()
            .WaitAsync(_options.AppendTimeout, Node.Clock.Time).ConfigureAwait(false);
        // Those that were appended before have lower positions than those beside them: the last is the one that a token names.
        return reply with { Records = [.. reply.Records.OrderBy(record => record.Position)] };
    }

    /// <summary>What an append needs before its write may be called finished: this node has applied it (PROTOCOL 23), every lease it concerns too (PROTOCOL 22), and no lease of an earlier epoch is alive (PROTOCOL 18).</summary>
    private async ValueTask FinishAsync(AppendReply reply, IReadOnlyList<RecordDraft> drafts)
    {
        var repliedAt = Node.Clock.Now;
        var last = reply.Records[^1];
        var isApplied = _follower.TryTake(reply.Records) || await ReachAsync(new LogPosition(last.Epoch, last.Position)).ConfigureAwait(false);
        if (!isApplied) ExpireAhead(drafts);
        await _waits.WaitAsync(reply, repliedAt).ConfigureAwait(false);
        if (reply.IsMature) return;
        // A node that could not come to its own record may still stand in an earlier epoch, whose age says nothing of this one's.
        var matureAt = (isApplied && _follower.EpochKnownSince is { } since ? since : repliedAt) + (long)_options.FullLease.TotalMilliseconds;
        if (matureAt - Node.Clock.Now is > 0 and var rest) await Task.Delay(TimeSpan.FromMilliseconds(rest), Node.Clock.Time).ConfigureAwait(false);
    }

    /// <summary>Brings this node to a position, or into the epoch that came after it.</summary>
    private async ValueTask<bool> ReachAsync(LogPosition wanted)
    {
        while (await _exchanger.ExchangeAsync().ConfigureAwait(false))
        {
            var applied = Position;
            // The exchange was sent after the append, so an epoch that still differs is a later one, in which everything before is outdated.
            if (applied.Epoch != wanted.Epoch || applied.Position >= wanted.Position) return true;
        }
        return false;
    }

    private async Task SendPendingAsync()
    {
        if (Pending.Count == 0 || !await _sending.WaitAsync(TimeSpan.Zero).ConfigureAwait(false)) return;
        try
        {
            await Pending.SendAsync((writer, drafts) => SendAsync(writer, drafts), reply =>
            {
                _follower.TryTake(reply.Records);
                NoteAppended(reply.Records);
                WriteLines(reply.Records);
            }).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }
}
