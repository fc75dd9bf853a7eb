using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Freshet.Tests.Store;

/// <summary>A whole application with little memory: right all the same.</summary>
public sealed class BoundedReadTests
{
    public sealed class Pages() : Catalog("pages-team")
    {
        public static readonly Tag<string> Thing = new("sheet");

        public static readonly CachedQuery<string, Value> Page = new CachedQuery<string, Value>("page", RiskLevel.Low)
            .DependsOn(Thing, id => id)
            .SizedBy(value => value.Number)
            .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));
    }

    [Fact]
    public async Task AnEvictedEntryIsLoadedAgainAndNeverServedOld()
    {
        await using var app = TestApp.Start(builder => builder.Configure(options => options.MaxEntries = 10));
        for (var i = 0; i < 30; i++) await app.ReadAsync(Things.High, $"k{i}");
        app.Freshet.ShouldBeOfType<FreshetService>().Store.Count.ShouldBe(10);
        for (var i = 0; i < 30; i++) await app.WriteAsync($"k{i}", new Value(i + 1));

        for (var i = 0; i < 30; i++) (await app.ReadAsync(Things.High, $"k{i}")).ShouldBe(i + 1);
    }

    [Fact]
    public async Task EntriesOfAllQueriesShareTheLimit()
    {
        await using var app = TestApp.Start(builder => builder.Configure(options => options.MaxEntries = 10));

        for (var i = 0; i < 10; i++) await app.ReadAsync(Things.High, $"k{i}");
        for (var i = 0; i < 10; i++) await app.ReadAsync(Things.Low, $"k{i}");

        var service = app.Freshet.ShouldBeOfType<FreshetService>();
        service.Runtimes.Sum(runtime => runtime.EntryCount).ShouldBe(10);
        service.Runtimes.Single(runtime => runtime.Name == "low").EntryCount.ShouldBe(10);
    }

    [Fact]
    public async Task BookkeepingOfEvictedEntriesFallsBackWithTheNextSweeps()
    {
        await using var app = TestApp.Start(builder => builder.Configure(options => options.MaxEntries = 10));
        for (var i = 0; i < 100; i++)
        {
            await app.ReadAsync(Things.High, $"k{i}");
            await app.ExpireAsync($"k{i}");
        }
        var marks = app.Freshet.ShouldBeOfType<FreshetService>().Node.Applied.Marks;
        marks.Count.ShouldBe(100);

        app.Time.Advance(TimeSpan.FromSeconds(10));
        app.Time.Advance(TimeSpan.FromSeconds(10));

        marks.Count.ShouldBe(10);
    }

    [Fact]
    public async Task ASizedQueryIsHeldToTheBytes()
    {
        await using var app = TestApp.Start<Pages>(builder => builder.Configure(options => options.MaxBytes = FreshetOptions.LeastMaxBytes));
        for (var i = 0; i < 30; i++)
        {
            app.Source[$"k{i}"] = new Value(100_000);
            await app.Freshet.ReadAsync(Pages.Page, $"k{i}");
        }
        app.Source["huge"] = new Value(200_000);

        (await app.Freshet.ReadAnswerAsync(Pages.Page, "huge")).Source.ShouldBe(AnswerSource.Load);
        (await app.Freshet.ReadAnswerAsync(Pages.Page, "huge")).Source.ShouldBe(AnswerSource.Load, "a tenth of the bytes is the most for one entry");

        var store = app.Freshet.ShouldBeOfType<FreshetService>().Runtimes.Single().Store;
        store.Count.ShouldBe(10);
        store.Bytes.ShouldBeInRange(1_000_000, FreshetOptions.LeastMaxBytes);
        store.Evictions[EvictionReason.Bytes].ShouldBe(20);
        store.Evictions[EvictionReason.Oversized].ShouldBe(2);
        app.LogLines.Lines.Count(line => line.Text.Contains("and is not stored: every read of it loads")).ShouldBe(1, "told once");
    }

    [Fact]
    public async Task TheMeterTellsBytesAndEvictionsByQueryAndReason()
    {
        await using var app = TestApp.Start(builder => builder.Configure(options => options.MaxEntries = 10));
        for (var i = 0; i < 15; i++) await app.ReadAsync(Things.High, $"k{i}");
        await app.ExpireAsync("k14");
        await app.ReadAsync(Things.High, "k14");
        app.Time.Advance(TimeSpan.FromMinutes(2) * 0.8);
        app.Freshet.ShouldBeOfType<FreshetService>().Store.Trim(1);
        app.Time.Advance(TimeSpan.FromHours(1));

        var seen = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, each) =>
        {
            if (instrument.Meter.Name == FreshetMeter.Name && instrument.Name is "freshet.evictions" or "freshet.bytes") each.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var (query, reason) = ("", "");
            foreach (var (name, tag) in tags)
            {
                if (name == "query") query = (string)tag!;
                if (name == "reason") reason = (string)tag!;
            }
            var key = $"{instrument.Name} {query} {reason}";
            lock (seen) seen[key] = Math.Max(seen.GetValueOrDefault(key), value);
        });
        listener.Start();
        listener.RecordObservableInstruments();

        // Other tests' applications publish the same instruments, so these are the least there can be.
        seen["freshet.evictions high entries"].ShouldBeGreaterThanOrEqualTo(5);
        seen["freshet.evictions high replaced"].ShouldBeGreaterThanOrEqualTo(1);
        seen["freshet.evictions high pressure"].ShouldBeGreaterThanOrEqualTo(1);
        seen["freshet.evictions high expired"].ShouldBeGreaterThanOrEqualTo(9);
        seen.ShouldContainKey("freshet.evictions high bytes");
        seen.ShouldContainKey("freshet.evictions high oversized");
        seen.ShouldContainKey("freshet.bytes high ");
        var store = app.Freshet.ShouldBeOfType<FreshetService>().Runtimes.Single(runtime => runtime.Name == "high").Store;
        store.Evictions[EvictionReason.Entries].ShouldBe(5);
        store.Evictions[EvictionReason.Expired].ShouldBe(9);
        store.Bytes.ShouldBe(0);
    }

    [Fact]
    public async Task TheSweepRelievesAMachineShortOfMemoryAndSaysSo()
    {
        await using var app = TestApp.Start();
        for (var i = 0; i < 100; i++) await app.ReadAsync(Things.High, $"k{i}");
        var service = app.Freshet.ShouldBeOfType<FreshetService>();
        using var sweeper = new Sweeper(service, new FreshetOptions(), app.Time, new Logger<Sweeper>(app.LogLines), () => new MemoryReading(1, 100, 90));

        sweeper.Sweep();

        service.Store.Count.ShouldBe(90);
        app.LogLines.Lines.ShouldContain(line => line.Text.Contains("evicted 10 entries") && line.Text.Contains("Freshet:MaxBytes"));
    }

    [Fact]
    public async Task LimitsComeFromConfiguration()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [new("Freshet:MaxEntries", "123"), new("Freshet:MaxBytes", "5000000000")]).Build();
        await using var app = TestApp.Start(configuration: configuration);

        app.Freshet.ShouldBeOfType<FreshetService>().Store.Limits.ShouldBe(new StoreLimits(123, 5_000_000_000));
    }

    [Theory]
    [InlineData("Freshet:MaxEntries", "0", "Freshet:MaxEntries must be at least 1.")]
    [InlineData("Freshet:MaxEntries", "many", "Freshet:MaxEntries cannot be read. Write a whole number.")]
    [InlineData("Freshet:MaxBytes", "1000", "Freshet:MaxBytes must be at least 1048576, or left out.")]
    [InlineData("Freshet:MaxBytes", "1 GB", "Freshet:MaxBytes cannot be read. Write a whole number of bytes.")]
    public void ALimitOutOfRangeStopsTheStart(string name, string value, string message)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(name, value)]).Build();

        Should.Throw<OptionsValidationException>(() => TestApp.Start(configuration: configuration)).Message.ShouldContain(message);
    }
}
