using System.Diagnostics.Metrics;

namespace Freshet.AspNetCore;

/// <summary>Counts pages on the meter <c>Freshet</c>, by route pattern: there are as many of those as endpoints.</summary>
internal sealed class PageMeter
{
    private readonly Counter<long> _requests;
    private readonly Counter<long> _renders;

    public PageMeter(RenderedOutputs outputs, IMeterFactory? factory)
    {
        var meter = factory is null ? new Meter("Freshet") : factory.Create("Freshet");
        _requests = meter.CreateCounter<long>("freshet.page.requests", "{request}", "Requests for pages that may be stored, by page and result.");
        _renders = meter.CreateCounter<long>("freshet.page.renders", "{render}", "Renders of such pages, by page, outcome and whether a request waited for it.");
        meter.CreateObservableGauge("freshet.page.entries", () => outputs.Store.Count, "{entry}", "Pages in memory.");
        meter.CreateObservableGauge("freshet.page.bytes", () => outputs.Store.Bytes, "By", "Estimated bytes of the pages in memory.");
        meter.CreateObservableCounter("freshet.page.evictions", () => Evictions(outputs.Store), "{entry}", "Pages that left memory or were refused by it, by reason.");
    }

    public void NoteRequest(string page, PageResult result) => _requests.Add(1, Page(page), new("result", result.Text()));

    /// <summary>Counts a render.</summary>
    /// <param name="page">The route pattern.</param>
    /// <param name="outcome"><c>stored</c>, <c>refused</c>, <c>outdated</c> or <c>failed</c>.</param>
    /// <param name="inBackground">Whether nobody waited.</param>
    public void NoteRender(string page, string outcome, bool inBackground) =>
        _renders.Add(1, Page(page), new("outcome", outcome), new("background", inBackground));

    private static IEnumerable<Measurement<long>> Evictions(EntryStore store)
    {
        foreach (var reason in EvictionCounters.Reasons) yield return new(store.Evictions[reason], new KeyValuePair<string, object?>("reason", EvictionCounters.TextOf(reason)));
    }

    private static KeyValuePair<string, object?> Page(string page) => new("page", page);
}
