using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Freshet.Redis;

/// <summary>The second level in Redis: an entry is one string, a lock another, each with an expiry.</summary>
/// <remarks>
/// Braces around the whole of a key, and none around the keyspace: over a cluster the entries spread, each with its lock in its slot.
/// Only the log has to be in one place.
/// </remarks>
internal sealed class RedisSecondLevel(RedisConnection connection, RedisCounters counters, string keyspace, ILogger<RedisSecondLevel> logger) : ISecondLevel
{
    private static readonly RedisScript _get = new(Text("get"));
    private static readonly RedisScript _set = new(Text("set"));
    private static readonly RedisScript _unlock = new(Text("unlock"));

    private readonly UnlockNews _news = new(connection, $"freshet:{{{keyspace}}}:unlock", counters, logger);

    public static string EntryKey(string key) => $"freshet:e:{{{key}}}";

    public static string LockKey(string key) => $"freshet:l:{{{key}}}";

    /// <inheritdoc/>
    /// <remarks>One script: two commands would be two answers to wait for, and the client's own way asks for whole seconds.</remarks>
    public async ValueTask<StoredBytes?> GetAsync(string key, CancellationToken cancellationToken)
    {
        var stored = await connection.RunAsync(_get, [EntryKey(key)], [], cancellationToken).ConfigureAwait(false);
        if (stored.IsNull) return null;
        var told = (RedisResult[])stored!;
        var milliseconds = (long)told[0];
        return new StoredBytes((byte[])told[1]!, milliseconds < 0 ? null : TimeSpan.FromMilliseconds(milliseconds));
    }

    /// <inheritdoc/>
    public async ValueTask<bool> SetAsync(string key, LogPosition loadedAt, TimeSpan livesFor, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var stored = await connection.RunAsync(
            _set, [EntryKey(key)],
            [ArrayOf(value), loadedAt.Epoch.Value.ToByteArray(bigEndian: true), loadedAt.Position, Math.Max(1, (long)livesFor.TotalMilliseconds)],
            cancellationToken).ConfigureAwait(false);
        return (long)stored == 1;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryLockAsync(string key, Guid holder, TimeSpan lapse, CancellationToken cancellationToken)
    {
        try
        {
            var database = (await connection.GetAsync(cancellationToken).ConfigureAwait(false)).GetDatabase();
            return await database.StringSetAsync(LockKey(key), holder.ToString("N"), lapse, When.NotExists).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            counters.NoteError(RedisFaults.Of(error));
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask UnlockAsync(string key, Guid holder, CancellationToken cancellationToken)
    {
        var unlocked = await connection.RunAsync(_unlock, [LockKey(key)], [holder.ToString("N")], cancellationToken).ConfigureAwait(false);
        if ((long)unlocked == 1) await _news.TellAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task WhenUnlockedAsync(string key, CancellationToken cancellationToken) => _news.WhenToldAsync(key, cancellationToken);

    // The oldest client this runs with takes arrays only; what comes here is one already.
    private static byte[] ArrayOf(ReadOnlyMemory<byte> value) =>
        MemoryMarshal.TryGetArray(value, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array : value.ToArray();

    private static string Text(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"second-level.{name}.lua")!);
        return reader.ReadToEnd();
    }
}
