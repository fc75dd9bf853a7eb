using System.Text.Encodings.Web;
using System.Text.Json;
using BillingDesk.Accounts;
using BillingDesk.Billing;
using BillingDesk.Workspace;
using Freshet;
using Freshet.AspNetCore;

namespace BillingDesk.Server;

/// <summary>The page as Vite built it, with what its first panels show: they need not be asked for, and what changes until the page follows the stream is told by it.</summary>
internal sealed class EmbeddingPage(string html)
{
    // Beside JSON's own rules it escapes what could end the element, such as a team member's name that says </script>.
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Default };

    private readonly int _end = html.LastIndexOf("</body>", StringComparison.Ordinal) is var end and >= 0 ? end : html.Length;

    public async Task<string> RenderAsync(HttpContext http, IFreshet freshet, string accountId, CancellationToken ct)
    {
        // As one set: a payment between two of these reads must not bring along a badge and a list that disagree.
        var screen = await freshet.ReadScreenAsync(WorkspaceCatalog.Desk, async inner => (object[])
        [
            await ReadAsync(AccountsCatalog.Summary),
            await ReadAsync(BillingCatalog.Badge),
            await ReadAsync(BillingCatalog.InvoiceList),
            await ReadAsync(WorkspaceCatalog.Members),
        ], ct);
        return $"""{html[.._end]}<script type="application/json" id="read-for-the-page">{JsonSerializer.Serialize(screen.Value, _json)}</script>{html[_end..]}""";

        async Task<object> ReadAsync<TValue>(CachedQuery<string, TValue> query)
        {
            var answer = await freshet.ReadAnswerAsync(query, accountId, null, ct);
            return new { key = (string[])[query.Name, accountId], data = answer.Value, answer = http.Embed(answer) };
        }
    }
}
