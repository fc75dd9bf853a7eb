using BillingDesk.Data;

namespace BillingDesk.Processes.Tests;

/// <summary>S11: the nightly job in a process of its own, and web nodes that know of it from the log alone.</summary>
public sealed class JobTests
{
    private const string Path = $"/api/accounts/{SampleIds.Showcase}/nightly-summary";

    [Fact]
    public async Task S11_OnEveryWebNodeTheFirstReaderGetsYesterdaysOnceAndTheNextIsFresh()
    {
        await using var desk = await DeskInProcesses.StartAsync();
        DeskProcess[] nodes = [await desk.AddWebAsync("web-1"), await desk.AddWebAsync("web-2")];
        var yesterday = await DeskInProcesses.ReadAsync<NightlySummary>(nodes[0], Path);
        (await DeskInProcesses.ReadAsync<NightlySummary>(nodes[1], Path)).ShouldBe(yesterday);
        (await nodes[0].Http.PostAsync($"/api/invoices/{SampleIds.ShowcaseInvoice}/pay", content: null)).EnsureSuccessStatusCode();

        (await desk.RunJobAsync("nightly-summary")).ShouldStartWith("nightly-summary: 120 summaries");

        (await desk.CountAsync("""SELECT count(*) FROM freshet_outbox WHERE "trigger" = 'job' AND action = 'nightly-summary' AND event = 'summaries.rebuilt'""")).ShouldBe(1);
        foreach (var node in nodes)
        {
            (await DeskInProcesses.ReadAsync<NightlySummary>(node, Path)).ShouldBe(yesterday, "who comes first does not wait");
            var next = yesterday;
            await DeskInProcesses.UntilAsync(async () => (next = await DeskInProcesses.ReadAsync<NightlySummary>(node, Path)) != yesterday, "the next reader's is fresh");
            next.OpenInvoices.ShouldBe(yesterday.OpenInvoices - 1);
        }
    }
}
