using System.Diagnostics.Metrics;

namespace Freshet.AspNetCore.Tests.Rendering;

public sealed class PageMeterTests
{
    [Fact]
    public async Task Requests_and_renders_are_counted_by_route_pattern()
    {
        await using var app = PageApp.Start();
        using var meter = new Counted(app);

        await app.GetAsync("/articles/7");
        await app.GetAsync("/articles/7");
        await app.GetAsync("/articles/8");
        await app.GetAsync("/articles/7", http => http.Request.Headers.Authorization = "Bearer x");
        await app.EditAsync("7", "2");
        await app.GetAsync("/articles/7");
        await app.ImportAsync("7", "3");
        await app.GetAsync("/articles/7");
        await app.RenewedAsync();
        app.Time.Advance(Profile.Minutes.Revalidate);
        await app.GetAsync("/articles/7");
        await app.RenewedAsync();

        meter.Read().ShouldBe(
        [
            "freshet.page.entries 2",
            "freshet.page.evictions reason=bytes 0",
            "freshet.page.evictions reason=entries 0",
            "freshet.page.evictions reason=expired 0",
            "freshet.page.evictions reason=oversized 0",
            "freshet.page.evictions reason=pressure 0",
            "freshet.page.evictions reason=replaced 3",
            "freshet.page.renders page=/articles/{id} outcome=stored background=False 3",
            "freshet.page.renders page=/articles/{id} outcome=stored background=True 2",
            "freshet.page.requests page=/articles/{id} result=aged 1",
            "freshet.page.requests page=/articles/{id} result=bypass 1",
            "freshet.page.requests page=/articles/{id} result=hit 1",
            "freshet.page.requests page=/articles/{id} result=miss 2",
            "freshet.page.requests page=/articles/{id} result=outdated 1",
            "freshet.page.requests page=/articles/{id} result=stale 1",
        ]);
    }

    [Fact]
    public async Task Renders_that_fail_or_are_refused_are_counted_as_such()
    {
        await using var app = PageApp.Start(map =>
        {
            map.MapGet("/refused", () => Results.NotFound()).CacheRendered(Profile.Minutes);
            map.MapGet("/failed", () => Results.StatusCode(500)).CacheRendered(Profile.Minutes);
        });
        using var meter = new Counted(app);

        await app.GetAsync("/refused");
        await app.GetAsync("/failed");

        meter.Read().Where(line => line.Contains("renders")).ShouldBe(
        [
            "freshet.page.renders page=/failed outcome=failed background=False 1",
            "freshet.page.renders page=/refused outcome=refused background=False 1",
        ]);
    }

    private sealed class Counted : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, long> _values = [];

        public Counted(PageApp app)
        {
            var meter = app.Services.GetRequiredService<IMeterFactory>().Create("Freshet"); // the application's own: the factory keeps one of a name
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == meter && instrument.Name.StartsWith("freshet.page.", StringComparison.Ordinal) && instrument.Name != "freshet.page.bytes") listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Set(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Set(instrument, value, tags));
            _listener.Start();
        }

        public List<string> Read()
        {
            _listener.RecordObservableInstruments();
            lock (_values) return [.. _values.Select(value => $"{value.Key} {value.Value}").Order(StringComparer.Ordinal)];
        }

        public void Dispose() => _listener.Dispose();

        private void Set(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var key = string.Join(' ', [instrument.Name, .. tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")]);
            lock (_values) _values[key] = instrument.IsObservable ? value : _values.GetValueOrDefault(key) + value;
        }
    }
}
