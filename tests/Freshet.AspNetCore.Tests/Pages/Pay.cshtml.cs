using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Freshet.AspNetCore.Tests.Pages;

[IgnoreAntiforgeryToken]
[Raises<InvoicePaid>]
public sealed class PayModel(IFreshet freshet, Ledger ledger) : PageModel
{
    public string State { get; private set; } = "";

    public async Task OnGetAsync(string id, CancellationToken cancellationToken) =>
        State = $"{(await freshet.ReadAsync(Desk.Invoice, id, cancellationToken)).Status}, action {(freshet.CurrentAction is null ? "none" : "open")}";

    public IActionResult OnPost(string id)
    {
        ledger.Pay(id);
        freshet.Raise(new InvoicePaid(id, "acc_88"));
        return RedirectToPage(new { id });
    }
}
