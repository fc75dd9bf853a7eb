using System.Buffers;
using Microsoft.Extensions.Caching.Hybrid;

namespace Freshet;

/// <summary>The second level behind one cached query: what it holds for a key, judged as strictly as what is in memory.</summary>
internal sealed partial class QuerySecondLevel<TArgs, TValue> where TArgs : notnull
{
    private readonly QueryRuntime<TArgs, TValue> _runtime;
    private readonly SecondLevelAccess _access;
    private readonly IHybridCacheSerializer<TValue> _serializer;
    private readonly bool _isOwnSerializer;
    private readonly string _prefix;
    private int _toldUnreadable;

    private QuerySecondLevel(QueryRuntime<TArgs, TValue> runtime, SecondLevelAccess access)
    {
        _runtime = runtime;
        _access = access;
        _serializer = access.Serializers.For<TValue>(runtime.Name, out _isOwnSerializer);
        _prefix = SecondLevelKey.PrefixOf(access.Keyspace, runtime.Query);
    }

    public SecondLevelCounters Counters { get; } = new();

    private Clock Clock => _access.Clock;

    /// <summary>The second level of a query; null where there is none, or the query is kept in memory only. Queries that no catalog declares have no schema to tell their shapes apart.</summary>
    /// <exception cref="SecondLevelException">Nothing can write its values.</exception>
    public static QuerySecondLevel<TArgs, TValue>? For(QueryRuntime<TArgs, TValue> runtime, SecondLevelAccess? access) =>
        access is null || runtime.Query.IsInMemoryOnly || runtime.Query.IsUndeclared ? null : new QuerySecondLevel<TArgs, TValue>(runtime, access);

    /// <summary>How long asking may take at most, in milliseconds, with a lock and without: the first look, the wait, the last attempt at the lock and the look after it.</summary>
    public long LongestAsking =>
        3 * (long)_runtime.Policy.CacheTimeout.TotalMilliseconds + (_runtime.Query.HasLoadLock ? (long)_runtime.Policy.LoadLockLapse.TotalMilliseconds : 0);

    public SecondLevelKey KeyOf(TArgs args) => SecondLevelKey.For(_prefix, _runtime.Query.KeyOf(args));

    /// <summary>Looks for a value that may be served now: nothing has outdated it, and it has all that the read needs.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="declared">The tags it carries by its arguments.</param>
    /// <param name="at">What this node had applied when the read began.</param>
    /// <param name="minimumVersion">The lowest version that will do; null for any.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="OperationCanceledException">It stopped waiting.</exception>
    public async ValueTask<Found<TValue>?> TryFindAsync(SecondLevelKey key, IReadOnlyList<Tag> declared, AppliedPosition at, long? minimumVersion, CancellationToken cancellationToken)
    {
        var askedAt = Clock.Now; // what is left to live counts from here, not from the answer
        var called = await _access.CallAsync((level, ct) => level.GetAsync(key.Text, ct), _runtime.Policy.CacheTimeout, cancellationToken).ConfigureAwait(false);
        if (called.Outcome is not LevelCallOutcome.Answered)
        {
            Counters.Note(called.Outcome switch { LevelCallOutcome.TimedOut => SecondLevelResult.TimedOut, LevelCallOutcome.Skipped => SecondLevelResult.Skipped, _ => SecondLevelResult.Failed });
            return null;
        }
        if (called.Value is not { } stored)
        {
            Counters.Note(SecondLevelResult.Miss);
            return null;
        }
        if (!EntryCodec.TryRead(key.Whole, stored.Bytes, out var header, out var payload) || header.Schema != _runtime.Query.Schema)
            return Unreadable(null, "they are cut, changed, of a later version, or no entry at all");

        if (Life(header, stored.Remaining, askedAt) is not { } life || !Covers(header.Tags, declared) || header.Loaded.Epoch != at.Position.Epoch
            || !Need.Meets(header.Version, minimumVersion))
            return Outdated();

        var loaded = Reached(header.Loaded, at.Position);
        var marks = at.Marks.Acquire(header.Tags); // held from before they are judged: one that is forgotten in between says nothing
        // A flush of the whole query is carried by no entry: memory forgets them all at once, and only what comes from elsewhere is asked.
        var whole = at.Marks.Acquire(_runtime.AllOf);
        var isTaken = false;
        try
        {
            if (!await IsFreshAsync(at, [.. marks, whole], loaded.Position, cancellationToken).ConfigureAwait(false)) return Outdated();
            if (!TryReadValue(header, payload, out var value, out var error)) return Unreadable(error, "they do not become a value");
            if (!Need.Meets(_runtime.Query.VersionOf(value), minimumVersion)) return Outdated(); // the header's is of whoever stored it
            Counters.Note(SecondLevelResult.Hit);
            isTaken = true;
            var captured = new AppliedPosition(loaded, at.Marks, at.Sequence);
            return new Found<TValue>(value, captured, marks, life.CapturedAt, life.ExpiresAt, TimeSpan.FromMilliseconds(header.LoadTook));
        }
        finally
        {
            at.Marks.Release([whole]);
            if (!isTaken) at.Marks.Release(marks);
        }
    }

    /// <summary>Something went wrong that should not: the read goes on to the source.</summary>
    public void NoteBroken(Exception error)
    {
        Counters.Note(SecondLevelResult.Failed);
        _access.Tell(to => to.SecondLevelBroken(error, _runtime.Name));
    }

    // The life it was given when it was stored bounds what the store says, and the store what it was given: see EntryHeader. Without an
    // end in the store it would be promoted for ever (R5). This node's policy may be tighter than that of the node that loaded.
    private (long CapturedAt, long ExpiresAt)? Life(EntryHeader header, TimeSpan? remaining, long askedAt)
    {
        if (remaining is not { } kept) return null;
        var left = Math.Min((long)kept.TotalMilliseconds, header.LivesFor);
        var capturedAt = askedAt - header.Age - (header.LivesFor - left);
        var expiresAt = Math.Min(askedAt + left, capturedAt + _runtime.LongestTimeToLive());
        return expiresAt <= Clock.Now ? null : (capturedAt, expiresAt);
    }

    /// <summary>A value that was loaded further on than this node has come counts as loaded where this node is.</summary>
    /// <remarks>
    /// Nothing is valid here at a position that this node has not applied. And a write of this node's own whose record it could not
    /// append yet counts as the next position: such a value began before that write was committed, and would pass as newer:
    ///   this node commits at 5 and cannot append, so the tag is expired at 6 -> another node, whose load began before the commit, is
    ///   at 6 by a record of somebody else's, and stores -> loaded at 6, that value is not outdated at 6.
    /// </remarks>
    private static LogPosition Reached(LogPosition loaded, LogPosition here) => loaded.Position > here.Position ? here : loaded;

    // A deploy may have given the query another tag: what was stored before it would never hear of that one.
    private static bool Covers(IReadOnlyList<Tag> stored, IReadOnlyList<Tag> declared) => declared.All(stored.Contains);

    private async ValueTask<bool> IsFreshAsync(AppliedPosition at, TagMark[] marks, long loadedAt, CancellationToken cancellationToken)
    {
        if (_runtime.Node.Ahead.Touches(marks, Clock.Now)) return false; // a write of this node's own that the log does not have yet
        if (!Entry.InvalidatedAfterLoad(loadedAt, marks)) return true;
        // A mark made just now says "perhaps up to here" (PROTOCOL 12); the log may know better.
        return await _access.KnowMarksAsync(at.Marks, marks, loadedAt, _runtime.Policy.CacheTimeout, cancellationToken).ConfigureAwait(false)
            && !Entry.InvalidatedAfterLoad(loadedAt, marks);
    }

    private bool TryReadValue(EntryHeader header, in PackedPayload payload, out TValue value, out Exception? error)
    {
        (value, error) = (default!, null);
        if (header.IsNull) return default(TValue) is null;
        try
        {
            if (!payload.TryUnpack(_access.Options.MaxPayloadBytes, out var raw)) return false;
            value = _serializer.Deserialize(new ReadOnlySequence<byte>(raw.Value));
            return true;
        }
#pragma warning disable CA1031 // The serializer's own failure: the bytes are not a value of this type.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            error = thrown;
            return false;
        }
    }

    private Found<TValue>? Outdated()
    {
        Counters.Note(SecondLevelResult.Outdated);
        return null;
    }

    private Found<TValue>? Unreadable(Exception? error, string reason)
    {
        Counters.Note(SecondLevelResult.Unreadable);
        if (Interlocked.Exchange(ref _toldUnreadable, 1) == 0) _access.Tell(to => to.Unreadable(error, _runtime.Name, reason));
        return null;
    }
}
