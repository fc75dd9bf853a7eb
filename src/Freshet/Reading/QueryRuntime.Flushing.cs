namespace Freshet;

/// <remarks>An operator's flush of everything a query has.</remarks>
internal sealed partial class QueryRuntime<TArgs, TValue>
{
    private LastFlush? _flushed; // replaced under Gate, never changed; read without it

    private sealed record LastFlush(MarkTable Epoch, long Position);

    /// <remarks>
    /// Called before the record's position is published, like the marks of tags (PROTOCOL 2). Noted before the entries are gone
    /// through, and both under the gate: a load that lands before is found among the entries, one that lands after is refused (R1).
    /// A hit compares with nothing new: what it finds has died.
    /// </remarks>
    public override void Flush(MarkTable epoch, long position)
    {
        lock (Gate)
        {
            if (_flushed is { } before && ReferenceEquals(before.Epoch, epoch) && before.Position >= position) return;
            Volatile.Write(ref _flushed, new LastFlush(epoch, position));
            _store.ExpireLoadedBefore(epoch, position);
        }
    }

    /// <summary>Whether the query was flushed after a load began.</summary>
    internal bool WasFlushed(AppliedPosition captured) =>
        Volatile.Read(ref _flushed) is { } flushed && ReferenceEquals(flushed.Epoch, captured.Marks) && captured.Position.Position < flushed.Position;

    private bool WasFlushed(Entry entry) => Volatile.Read(ref _flushed) is { } flushed && entry.WasLoadedBefore(flushed.Epoch, flushed.Position);
}
