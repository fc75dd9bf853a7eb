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
    private static readonly RedisScript _set = new(Text("set"));
    private static readonly RedisScript _unlock = new(Text("unlock"));

    private readonly UnlockNews _news = new(connection, $"freshet:{{{keyspace}}}:unlock", counters, logger);

    public static string EntryKey(string key) => $"freshet:e:{{{key}}}";

    public static string LockKey(string key) => $"freshet:l:{{{key}}}";

    /// <inheritdoc/>
    /// <remarks>The remaining time is asked for first, and in milliseconds: the client's own way may round it up to a second.</remarks>
    public async ValueTask<StoredBytes?> GetAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            var database = (await connection.GetAsync(cancellationToken).ConfigureAwait(false)).GetDatabase();
            RedisKey entry = EntryKey(key);
            var remaining = database.ExecuteAsync("PTTL", entry); // one packet with the next, and answered before it
            var bytes = database.StringGetAsync(entry);
            await Task.WhenAll(remaining, bytes).ConfigureAwait(false);
            if ((byte[]?)await bytes.ConfigureAwait(false) is not { } stored) return null;
            return (long)await remaining.ConfigureAwait(false) switch
            {
                -1 => new StoredBytes(stored, null),
                < 0 => null, // it came between the two: the next read finds it
                var milliseconds => new StoredBytes(stored, TimeSpan.FromMilliseconds(milliseconds)),
            };
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            counters.NoteError(RedisFaults.Of(error));
            // Something of another type stands under the key: no entry, and storing replaces it.
            if (error is RedisServerException { Message: var text } && text.StartsWith("WRONGTYPE", StringComparison.Ordinal)) return new StoredBytes(default, TimeSpan.Zero);
            throw;
        }
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
