using System.Globalization;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Freshet.Redis;

/// <summary>What the log's channels tell: records that were appended, and who has applied this node's.</summary>
/// <remarks>Messages make nodes fast, never right: all of them may be lost, and the exchange finds out.</remarks>
internal sealed class RedisChannels(RedisConnection connection, LogKeys keys, RedisCounters counters, ILogger logger)
{
    private readonly Lock _gate = new(); // one call to the listener at a time; guards the fields
    private ILogListener? _listener;
    private NodeId? _node;
    private Task _subscribed = Task.CompletedTask; // the last attempt, one after the other

    /// <summary>The bell's name to a script, which knows nothing of a prefix that the application has set for its channels.</summary>
    public string BellAsScriptsSeeIt { get; private set; } = keys.Bell;

    /// <summary>Begins to listen, as soon as there is a connection.</summary>
    public void Listen(ILogListener listener)
    {
        lock (_gate) _listener = listener;
        connection.OnChanged(isConnected =>
        {
            // The client keeps what was subscribed once. But an attempt may have failed, for want of a connection or of a right.
            if (isConnected) Subscribe();
            lock (_gate) listener.OnConnectionChanged(isConnected);
        });
        Subscribe();
    }

    /// <summary>Has acknowledgements to a node brought to this process, from some moment on.</summary>
    public void Acknowledged(NodeId node)
    {
        lock (_gate)
        {
            if (_node == node) return;
            _node = node;
        }
        Subscribe();
    }

    /// <summary>The same, and waits for it.</summary>
    public async Task AcknowledgedAsync(NodeId node, CancellationToken cancellationToken)
    {
        Acknowledged(node);
        Task subscribed;
        lock (_gate) subscribed = _subscribed;
        if (!subscribed.IsCompleted) await subscribed.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells a writer that a node has applied a position.</summary>
    public void Acknowledge(NodeId node, NodeId writer, LogPosition applied) =>
        _ = PublishAsync(keys.Acknowledgements(writer), string.Create(CultureInfo.InvariantCulture, $"{node} {applied.Epoch} {applied.Position}"));

    private void Subscribe()
    {
        lock (_gate) _subscribed = SubscribeAsync(_subscribed, _listener, _node);
    }

    private async Task SubscribeAsync(Task before, ILogListener? listener, NodeId? node)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // out of the gate, before anything of the application's runs
        try
        {
            var multiplexer = await connection.GetAsync(CancellationToken.None).ConfigureAwait(false);
            BellAsScriptsSeeIt = PrefixOf(multiplexer) + keys.Bell;
            if (listener is null) return; // nobody to tell
            await SubscribeAsync(multiplexer.GetSubscriber(), ChannelOf(keys.Bell), OnBell).ConfigureAwait(false);
            if (node is { } own) await SubscribeAsync(multiplexer.GetSubscriber(), ChannelOf(keys.Acknowledgements(own)), OnAcknowledgement).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the client throws: nodes then learn by asking, and it is tried again when the connection is back.
        catch (Exception error)
#pragma warning restore CA1031
        {
            logger.NotSubscribed(error.GetType().Name);
        }
    }

    /// <summary>Subscribes, unless the client keeps that subscription already.</summary>
    internal static async Task SubscribeAsync(ISubscriber subscriber, RedisChannel channel, Action<RedisChannel, RedisValue> handler)
    {
        if (subscriber.SubscribedEndpoint(channel) is not null) return; // kept by the client, through reconnects
        // Off first: the same handler twice would be called twice.
        await subscriber.UnsubscribeAsync(channel, handler, CommandFlags.FireAndForget).ConfigureAwait(false);
        await subscriber.SubscribeAsync(channel, handler).ConfigureAwait(false);
    }

    private async Task PublishAsync(string channel, string message)
    {
        try
        {
            var multiplexer = await connection.GetAsync(CancellationToken.None).ConfigureAwait(false);
            await multiplexer.GetSubscriber().PublishAsync(ChannelOf(channel), message, CommandFlags.FireAndForget).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Best effort: the writer waits for the lease instead.
        catch (Exception error)
#pragma warning restore CA1031
        {
            counters.NoteError(RedisFaults.Of(error));
        }
    }

    private void OnBell(RedisChannel channel, RedisValue value)
    {
        var message = BellMessage.Read(value);
        if (!message.IsReadable) Ignore(); // something was appended, whatever it is
        lock (_gate) _listener!.OnAppended(message.Records, message.Writer);
    }

    private void OnAcknowledgement(RedisChannel channel, RedisValue value)
    {
        var parts = ((string?)value ?? "").Split(' ');
        if (parts.Length == 3 && Guid.TryParseExact(parts[0], "N", out var node) && Guid.TryParseExact(parts[1], "N", out var epoch)
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var position))
        {
            lock (_gate) _listener!.OnAcknowledged(new NodeId(node), new LogPosition(new Epoch(epoch), position));
        }
        else
        {
            Ignore();
        }
    }

    private void Ignore()
    {
        counters.NoteIgnored();
        logger.MessageIgnored();
    }

    private static RedisChannel ChannelOf(string name) => new(name, RedisChannel.PatternMode.Literal);

    private static string PrefixOf(IConnectionMultiplexer multiplexer) =>
        ConfigurationOptions.Parse(multiplexer.Configuration, ignoreUnknown: true).ChannelPrefix;
}
