using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Diagnostics;

/// <summary>Listens to the instruments of one application: other tests run beside this one.</summary>
internal sealed class MeterReader : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly List<Instrument> _instruments = [];
    private readonly List<Measured> _measured = [];

    internal sealed record Measured(Instrument Instrument, double Value, IReadOnlyDictionary<string, string> Tags);

    /// <param name="app">The application; it must have been started with <c>AddMetrics</c>.</param>
    /// <param name="listensTo">Which instruments; all when null.</param>
    /// <param name="onMeasured">Runs within the measurement, as a listener that throws would.</param>
    public MeterReader(TestApp app, Func<string, bool>? listensTo = null, Action? onMeasured = null)
    {
        var scope = app.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (!ReferenceEquals(instrument.Meter.Scope, scope)) return;
            lock (_gate) _instruments.Add(instrument);
            if (listensTo?.Invoke(instrument.Name) != false) self.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags, onMeasured));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags, onMeasured));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags, onMeasured));
        _listener.Start();
    }

    /// <summary>Every instrument of the application's meter, listened to or not.</summary>
    public IReadOnlyList<Instrument> Instruments
    {
        get
        {
            lock (_gate) return [.. _instruments];
        }
    }

    /// <summary>Everything measured: what was pushed so far, then what asking gives now.</summary>
    public IReadOnlyList<Measured> Read()
    {
        lock (_gate) _measured.RemoveAll(each => each.Instrument.IsObservable);
        _listener.RecordObservableInstruments();
        lock (_gate) return [.. _measured];
    }

    public IReadOnlyList<Measured> Read(string instrument) => [.. Read().Where(each => each.Instrument.Name == instrument)];

    /// <summary>The sum of what has these dimensions.</summary>
    public double Sum(string instrument, params (string Name, string Value)[] tags) =>
        Read(instrument).Where(each => tags.All(tag => each.Tags.GetValueOrDefault(tag.Name) == tag.Value)).Sum(each => each.Value);

    public void Dispose() => _listener.Dispose();

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, Action? onMeasured)
    {
        var texts = new Dictionary<string, string>();
        foreach (var (name, tag) in tags) texts[name] = tag?.ToString() ?? "";
        lock (_gate) _measured.Add(new Measured(instrument, value, texts));
        if (!instrument.IsObservable) onMeasured?.Invoke();
    }
}
