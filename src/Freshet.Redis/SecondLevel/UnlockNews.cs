using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Freshet.Redis;

/// <summary>Tells and hears that locks were given back. Subscribes when somebody first waits: most nodes never do.</summary>
/// <remarks>All of it may be lost: whoever waits looks again after a pause.</remarks>
internal sealed class UnlockNews(RedisConnection connection, string channel, RedisCounters counters, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<TaskCompletionSource>> _waiting = new(StringComparer.Ordinal); // guarded by _gate
    private readonly RedisChannel _channel = new(channel, RedisChannel.PatternMode.Literal);
    private Task? _subscribing; // the last attempt; guarded by _gate

    public async Task TellAsync(string key, CancellationToken cancellationToken)
    {
        var multiplexer = await connection.GetAsync(cancellationToken).ConfigureAwait(false);
        await multiplexer.GetSubscriber().PublishAsync(_channel, key, CommandFlags.FireAndForget).ConfigureAwait(false);
    }

    /// <summary>Completes when the news comes. Nothing is kept of a wait that was cancelled.</summary>
    public async Task WhenToldAsync(string key, CancellationToken cancellationToken)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (!_waiting.TryGetValue(key, out var waiting)) _waiting.Add(key, waiting = []);
            waiting.Add(told);
        }
        try
        {
            Subscribe();
            await told.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                if (_waiting.TryGetValue(key, out var waiting) && waiting.Remove(told) && waiting.Count == 0) _waiting.Remove(key);
            }
        }
    }

    private void Subscribe()
    {
        lock (_gate)
        {
            // With each wait: the last attempt may have failed, or the client may have been made anew since.
            if (_subscribing is null or { IsCompleted: true }) _subscribing = SubscribeAsync();
        }
    }

    private async Task SubscribeAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // out of the gate
        try
        {
            var multiplexer = await connection.GetAsync(CancellationToken.None).ConfigureAwait(false);
            await RedisChannels.SubscribeAsync(multiplexer.GetSubscriber(), _channel, OnTold).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the client throws: waits then end by their pauses.
        catch (Exception error)
#pragma warning restore CA1031
        {
            counters.NoteError(RedisFaults.Of(error));
            logger.NotSubscribed(error.GetType().Name);
        }
    }

    private void OnTold(RedisChannel _, RedisValue value)
    {
        List<TaskCompletionSource>? waiting;
        lock (_gate)
        {
            if ((string?)value is not { } key || !_waiting.Remove(key, out waiting)) return;
        }
        foreach (var told in waiting) told.TrySetResult();
    }
}
