namespace BillingDesk.Browser.Tests.Stream;

/// <summary>What a page shows and asks for, noted from inside and outside.</summary>
internal static class Watching
{
    // Both panels at each change of the document: MutationObserver runs after the task that drew, before anything is painted.
    private const string Watch =
        """
        () => {
          const seen = []
          const look = () => {
            const figure = [...document.querySelectorAll('section.panel')].find((panel) => panel.querySelector('h2')?.textContent === 'Account')
              ?.querySelectorAll('dl.figures dd')[2]?.textContent
            const badge = document.querySelector('.badge p strong')?.textContent
            if (figure === undefined || badge === undefined) return
            const last = seen.at(-1)
            if (!last || last.figure !== figure || last.badge !== badge) seen.push({ figure, badge, at: performance.timeOrigin + performance.now() })
          }
          new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
          look()
          window.seen = seen
        }
        """;

    /// <summary>Begins to note what the account panel and the header badge say is unpaid, and since when on the machine's clock.</summary>
    public static Task WatchAsync(this IPage page) => page.EvaluateAsync(Watch);

    /// <summary>What was noted.</summary>
    public static async Task<IReadOnlyList<Sight>> SeenAsync(this IPage page) => await page.EvaluateAsync<Sight[]>("() => window.seen");

    /// <summary>Counts the page's reads from here on, by path.</summary>
    public static List<string> Reads(this IPage page)
    {
        var reads = new List<string>();
        page.Request += (_, request) =>
        {
            if (request.Method == "GET" && new Uri(request.Url).AbsolutePath is { } path && path.StartsWith("/api/", StringComparison.Ordinal))
                lock (reads) reads.Add(path);
        };
        return reads;
    }

    public static int CountOf(this List<string> reads, string end)
    {
        lock (reads) return reads.Count(path => path.EndsWith(end, StringComparison.Ordinal));
    }

    /// <summary>What both panels said.</summary>
    public sealed class Sight
    {
        public string Figure { get; set; } = "";

        public string Badge { get; set; } = "";
    }
}
