using System.Diagnostics.Metrics;
using Freshet.Tests;

namespace Freshet.AspNetCore.Tests.Hosting;

public sealed class MetricsPageTests
{
    [Fact]
    public async Task The_table_of_metrics_has_every_instrument_of_HTTP_and_no_other()
    {
        var there = new List<string>();
        await using var app = await TestApp.StartAsync(app => app.MapFreshetStream());
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            // Other tests' applications have instruments of the same name.
            if (IsOurs(instrument.Name) && ReferenceEquals(instrument.Meter.Scope, app.Services.GetRequiredService<IMeterFactory>()))
                lock (there) there.Add($"{instrument.Name} in {instrument.Unit}");
        };
        listener.Start();

        MetricsPage.Rows.Where(row => IsOurs(row.Key)).Select(row => $"{row.Key} in {row.Value.Unit}").Order()
            .ShouldBe(there.Order());
    }

    private static bool IsOurs(string name) => Array.Exists(_families, family => name.StartsWith(family, StringComparison.Ordinal));

    private static readonly string[] _families = ["freshet.http.", "freshet.page.", "freshet.stream."];
}
