using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace BillingDesk.Tests;

/// <summary>Reads the meter <c>Freshet</c> of one host.</summary>
internal sealed class FreshetMeterReader : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<(string Instrument, string Query, string Result), long> _values = [];
    private readonly Lock _gate = new();

    public FreshetMeterReader(IServiceProvider services)
    {
        var scope = services.GetRequiredService<IMeterFactory>(); // tells this host's meter from those of other tests
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Freshet" && ReferenceEquals(instrument.Meter.Scope, scope)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var (query, result) = ("", "");
            foreach (var (name, text) in tags)
            {
                if (name == "query") query = (string)text!;
                if (name is "result" or "outcome") result = (string)text!;
            }
            var key = (instrument.Name, query, result);
            lock (_gate) _values[key] = instrument.IsObservable ? value : _values.GetValueOrDefault(key) + value;
        });
        _listener.Start();
    }

    /// <summary>Loads that ended, of all queries.</summary>
    public long Loads => Values().Where(each => each.Key.Instrument == "freshet.loads").Sum(each => each.Value);

    /// <summary>Entries in memory, of all queries.</summary>
    public long Entries => Values().Where(each => each.Key.Instrument == "freshet.entries").Sum(each => each.Value);

    /// <summary>Reads so far, by query and result.</summary>
    public IReadOnlyDictionary<(string Query, string Result), long> Requests() => Values()
        .Where(each => each.Key.Instrument == "freshet.requests")
        .ToDictionary(each => (each.Key.Query, each.Key.Result), each => each.Value);

    /// <summary>Consistency tokens that were brought, by what they were found to be.</summary>
    public long Tokens(string result) =>
        Values().Where(each => each.Key.Instrument == "freshet.http.tokens" && each.Key.Result == result).Sum(each => each.Value);

    /// <summary>The results of the reads between two countings, each as often as it came.</summary>
    public static IEnumerable<string> Since(
        IReadOnlyDictionary<(string Query, string Result), long> before, IReadOnlyDictionary<(string Query, string Result), long> after) =>
        after.SelectMany(each => Enumerable.Repeat(each.Key.Result, (int)(each.Value - before.GetValueOrDefault(each.Key)))).Order();

    public void Dispose() => _listener.Dispose();

    private Dictionary<(string Instrument, string Query, string Result), long> Values()
    {
        _listener.RecordObservableInstruments();
        lock (_gate) return new(_values);
    }
}
