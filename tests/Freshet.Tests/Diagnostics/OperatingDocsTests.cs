using System.Globalization;
using Freshet.Tests.SecondLevel;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Tests.Diagnostics;

/// <summary>What docs/operating.md says of metrics, activities and warnings is what there is.</summary>
public sealed class OperatingDocsTests
{
    public static TheoryData<string, string, string> Options => new()
    {
        { FreshnessWarnings.BroadTag, nameof(FreshetWarningOptions.BroadTagShare), Text(new FreshetWarningOptions().BroadTagShare) },
        { "", nameof(FreshetWarningOptions.BroadTagLeastEntries), Text(new FreshetWarningOptions().BroadTagLeastEntries) },
        { FreshnessWarnings.LowHitRate, nameof(FreshetWarningOptions.MinHitRate), Text(new FreshetWarningOptions().MinHitRate) },
        { "", nameof(FreshetWarningOptions.MinRequests), Text(new FreshetWarningOptions().MinRequests) },
        { FreshnessWarnings.UncarriedTag, nameof(FreshetWarningOptions.UncarriedInvalidations), Text(new FreshetWarningOptions().UncarriedInvalidations) },
        { FreshnessWarnings.UnraisedEvent, nameof(FreshetWarningOptions.UnraisedAfter), Text(new FreshetWarningOptions().UnraisedAfter) },
    };

    [Fact]
    public async Task TheTableHasEveryInstrumentAndNoOther()
    {
        await using var app = StartShared();
        using var meter = new MeterReader(app);

        // Those of HTTP, of pages, of webhooks and of Redis belong to other assemblies, whose tests look at them.
        string[] others = ["freshet.http.", "freshet.outbox.", "freshet.page.", "freshet.redis.", "freshet.stream.", "freshet.webhook.", "freshet.operation"];
        MetricsPage.Rows.Where(row => !others.Any(other => row.Key.StartsWith(other, StringComparison.Ordinal))).Select(row => $"{row.Key} in {row.Value.Unit}").Order()
            .ShouldBe(meter.Instruments.Select(instrument => $"{instrument.Name} in {instrument.Unit}").Order());
    }

    [Fact]
    public async Task TheTableHasTheDimensionsAndValuesThatAreMeasured()
    {
        await using var app = StartShared();
        using var meter = new MeterReader(app);
        await app.Freshet.ReadAsync(Traced.Inner, "a");
        foreach (var trigger in (Func<string, FreshetAction>[])[name => app.Freshet.BeginUserAction(name), name => app.Freshet.BeginWebhook(name), name => app.Freshet.BeginJob(name), name => app.Freshet.BeginOperator(name, "actor", "reason")])
        {
            await using var action = trigger("write");
            app.Freshet.Raise(new Paid("a", "s"));
            await action.CompleteAsync();
        }
        var runtime = app.Freshet.ShouldBeOfType<FreshetService>().Runtimes.First();
        runtime.SecondLevelCounters!.NotePayload(1);
        var counters = runtime.Counters;
        counters.NoteFailed(TimeSpan.Zero);
        counters.NoteTimedOut(TimeSpan.Zero);
        counters.NoteLate(TimeSpan.Zero);
        counters.NoteReplaced(1, 1);
        var log = (SharedLog)app.Freshet.Log;
        foreach (var ranOut in (bool[])[true, false]) log.Counters.NoteLeaseWait(TimeSpan.Zero, ranOut);
        log.Counters.NoteWaitedOut("a");
        log.Holds.NoteDuration(TimeSpan.Zero);
        app.Time.Advance(TimeSpan.FromDays(2));

        var measured = meter.Read();
        foreach (var instrument in meter.Instruments.Where(each => !each.Name.StartsWith("freshet.targets.", StringComparison.Ordinal))) // this application drives none
        {
            var row = MetricsPage.Rows[instrument.Name];
            var all = measured.Where(each => each.Instrument == instrument).ToList();
            all.ShouldNotBeEmpty(instrument.Name);
            all.SelectMany(each => each.Tags.Keys).Distinct().ShouldBe(row.Dimensions, instrument.Name);
            foreach (var dimension in row.Dimensions.Where(name => name is "result" or "outcome" or "reason" or "trigger" or "kind"))
            {
                var said = row.Values[row.Values.IndexOf($"`{dimension}`", StringComparison.Ordinal)..].Split('`')[2].Split(';')[0].Trim(':', ' ', ',');
                all.Select(each => each.Tags[dimension]).Distinct().Order().ShouldBe(said.Split(", ").Order(), $"{instrument.Name} {dimension}");
            }
        }
    }

    [Fact]
    public void TheActivitiesAreNamed()
    {
        MetricsPage.Text.ShouldContain($"| `{LoadActivity.Name}` |");
        MetricsPage.Text.ShouldContain($"| `{AppendActivity.Name}` |");
        MetricsPage.Text.ShouldContain($"| `{OperationActivity.Name}` |");
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void EveryWarningHasItsThresholdAndDefault(string warning, string option, string byDefault)
    {
        var row = MetricsPage.Text.Split('\n').Where(line => line.Contains($"| `{option}` |")).ShouldHaveSingleItem().Split('|');
        row[1].Trim(' ', '`').ShouldBe(warning);
        row[5].Trim().ShouldBe(byDefault);
    }

    [Fact]
    public void NoThresholdIsLeftOut() =>
        typeof(FreshetWarningOptions).GetProperties().Select(property => property.Name).Order().ShouldBe(Options.Select(row => row.Data.Item2).Order());

    // Some instruments are there only where nodes share a log.
    private static TestApp StartShared() => Traced.Start(builder => builder.Services
        .AddSingleton<ILogService>(new TestLogServer(TimeProvider.System) { IsMature = true }.Connect("a")).AddSingleton<ISecondLevel>(new SharedStore()));

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
