using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Freshet.AspNetCore.Tests.Pages;

[CacheRendered("minutes")]
public sealed class StatementModel(IFreshet freshet) : PageModel
{
    public string State { get; private set; } = "";

    public async Task OnGetAsync(string id, CancellationToken cancellationToken) => State = (await freshet.ReadAsync(Desk.Invoice, id, cancellationToken)).Status;
}
