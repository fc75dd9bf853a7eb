using System.Diagnostics.Metrics;

namespace Freshet.AspNetCore;

/// <summary>Counts the stream on the meter <c>Freshet</c>.</summary>
internal sealed class StreamMeter
{
    private readonly UpDownCounter<long> _subscribers;
    private readonly Counter<long> _frames;
    private readonly Counter<long> _resets;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _cut;

    public StreamMeter(IMeterFactory? factory)
    {
        var meter = factory is null ? new Meter("Freshet") : factory.Create("Freshet");
        _subscribers = meter.CreateUpDownCounter<long>("freshet.stream.subscribers", "{connection}", "Connections that follow the stream.");
        _frames = meter.CreateCounter<long>("freshet.stream.frames", "{frame}", "Freshness frames handed to subscribers.");
        _resets = meter.CreateCounter<long>("freshet.stream.resets", "{frame}", "Resets told to subscribers, by reason.");
        _refused = meter.CreateCounter<long>("freshet.stream.refused", "{connection}", "Connections refused because something was full, by what.");
        _cut = meter.CreateCounter<long>("freshet.stream.cut", "{connection}", "Connections cut because nobody read at the other end.");
    }

    public void NoteSubscribers(int change) => _subscribers.Add(change);

    public void NoteFrames(int count)
    {
        if (count > 0) _frames.Add(count);
    }

    public void NoteResets(string reason, int count)
    {
        if (count > 0) _resets.Add(count, new KeyValuePair<string, object?>("reason", reason));
    }

    public void NoteRefused(string full) => _refused.Add(1, new KeyValuePair<string, object?>("full", full));

    public void NoteCut() => _cut.Add(1);
}
