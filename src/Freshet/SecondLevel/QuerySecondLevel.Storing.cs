using System.Buffers;
using System.Numerics;

namespace Freshet;

/// <remarks>Storing what was loaded. No reader waits for it.</remarks>
internal sealed partial class QuerySecondLevel<TArgs, TValue>
{
    private int _written; // values handed to the serializer
    private volatile bool _isUnfaithful;
    private int _toldTooLarge;
    private int _toldUnwritable;

    /// <summary>Hands a value over to be stored, and at last gives back the lock that was taken for it.</summary>
    /// <param name="entry">The value. Its marks may be gone.</param>
    /// <param name="loadTook">How long its load took.</param>
    /// <param name="held">The lock; null when there is none.</param>
    public void Offer(Entry<TArgs, TValue> entry, TimeSpan loadTook, LoadLock? held = null)
    {
        if (_isUnfaithful || !_access.TryBeginStore())
        {
            Counters.Note(_isUnfaithful ? StoreResult.Failed : StoreResult.Dropped);
            held?.Release();
            return;
        }
        ThreadPool.UnsafeQueueUserWorkItem(
            static offered => _ = offered.Of.StoreAsync(offered.Entry, offered.LoadTook, offered.Held),
            (Of: this, Entry: entry, LoadTook: loadTook, Held: held), preferLocal: false);
    }

    private async Task StoreAsync(Entry<TArgs, TValue> entry, TimeSpan loadTook, LoadLock? held)
    {
        try
        {
            Counters.Note(await TryStoreAsync(entry, loadTook).ConfigureAwait(false));
        }
#pragma warning disable CA1031 // Nobody waits for this: it is counted and told, or lost.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Counters.Note(StoreResult.Failed);
            _access.Tell(to => to.SecondLevelBroken(error, _runtime.Name));
        }
        finally
        {
            _access.EndStore();
            held?.Release(); // after the value, so that whoever is woken finds it
        }
    }

    private async ValueTask<StoreResult> TryStoreAsync(Entry<TArgs, TValue> entry, TimeSpan loadTook)
    {
        var now = Clock.Now;
        var livesFor = entry.ExpiresAt - now;
        if (livesFor <= 0 || entry.WasInvalidated) return StoreResult.Outdated;

        var key = KeyOf(entry.Key);
        if (Write(key, entry, loadTook, now, livesFor, out var refused) is not { } bytes) return refused;
        Counters.NotePayload(bytes.Length);
        var called = await _access.StoreAsync(
            (level, ct) => level.SetAsync(key.Text, entry.Loaded, TimeSpan.FromMilliseconds(livesFor), bytes, ct)).ConfigureAwait(false);
        return called switch
        {
            { Outcome: LevelCallOutcome.Answered, Value: true } => StoreResult.Stored,
            { Outcome: LevelCallOutcome.Answered } => StoreResult.Refused,
            { Outcome: LevelCallOutcome.TimedOut } => StoreResult.TimedOut,
            { Outcome: LevelCallOutcome.Skipped } => StoreResult.Skipped,
            _ => StoreResult.Failed,
        };
    }

    private byte[]? Write(SecondLevelKey key, Entry<TArgs, TValue> entry, TimeSpan loadTook, long now, long livesFor, out StoreResult refused)
    {
        refused = StoreResult.Failed;
        using var buffer = new PayloadBuffer(_access.Options.MaxPayloadBytes);
        try
        {
            if (entry.Value is not null) _serializer.Serialize(entry.Value, buffer);
            if (!IsFaithful(entry.Value, buffer.Written)) return null;
        }
        catch (PayloadTooLargeException)
        {
            refused = StoreResult.TooLarge;
            if (Interlocked.Exchange(ref _toldTooLarge, 1) == 0) _access.Tell(to => to.PayloadTooLarge(_runtime.Name, _access.Options.MaxPayloadBytes));
            return null;
        }
#pragma warning disable CA1031 // The serializer's own failure.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (Interlocked.Exchange(ref _toldUnwritable, 1) == 0) _access.Tell(to => to.Unwritable(error, _runtime.Name, error.GetType().Name));
            return null;
        }
        var header = new EntryHeader(
            entry.Loaded, entry.Version, _runtime.Query.Schema, now - entry.CapturedAt, livesFor, (long)loadTook.TotalMilliseconds,
            entry.Value is null, Array.ConvertAll(entry.Marks, mark => mark.Tag));
        return EntryCodec.Write(key.Whole, header, PackedPayload.Pack(buffer.Written, _access.Options.CompressFrom));
    }

    /// <summary>Whether a value survives being written and read. Asked of the first, second, fourth, eighth, ... of a query, and only where nobody chose the serializer.</summary>
    /// <remarks>
    /// JSON leaves out silently what it cannot set: a member without a setter is written, and is default when it is read. The node that
    /// loaded would serve one value and all others another. Written once more, what was lost differs.
    /// </remarks>
    private bool IsFaithful(TValue? value, ReadOnlyMemory<byte> written)
    {
        if (!_isOwnSerializer || value is null || !BitOperations.IsPow2(Interlocked.Increment(ref _written))) return true;
        using var again = new PayloadBuffer(_access.Options.MaxPayloadBytes);
        if (_serializer.Deserialize(new ReadOnlySequence<byte>(written)) is { } read) _serializer.Serialize(read, again);
        if (again.Written.Span.SequenceEqual(written.Span)) return true;
        _isUnfaithful = true;
        _access.Tell(to => to.Unfaithful(_runtime.Name, typeof(TValue).Name));
        return false;
    }
}
