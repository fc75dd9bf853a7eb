using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Freshet.AspNetCore.Tests;

public sealed record PayRequest(string? Memo);

[ApiController]
[Route("mvc/invoices/{id}")]
public sealed class InvoicesController(IFreshet freshet, Ledger ledger) : ControllerBase
{
    [HttpGet]
    public async Task<Invoice> ReadAsync(string id, CancellationToken cancellationToken) => await freshet.ReadAsync(Desk.Invoice, id, cancellationToken);

    [HttpPost("pay")]
    [Raises<InvoicePaid>]
    public Invoice Pay(string id) => Paid(id);

    [HttpPost("pay-with-body")]
    [Raises<InvoicePaid>]
    public ActionResult<Invoice> PayWithBody(string id, PayRequest request) => request.Memo is null ? NotFound() : Paid(id);

    [HttpPost("pay-twice-declared")]
    [Raises<InvoicePaid>, Raises<PlanListed>, UserAction]
    public ActionResult<Invoice> PayTwiceDeclared(string id)
    {
        freshet.Raise(new PlanListed("pro"));
        return Ok(Paid(id));
    }

    [HttpPost("created")]
    [Raises<InvoicePaid>]
    public ActionResult<Invoice> Create(string id) => CreatedAtAction("Read", new { id }, Paid(id));

    [HttpPost("legacy")]
    [Raises<InvoicePaid>, HeadersOnly]
    public Invoice PayLegacy(string id) => Paid(id);

    [HttpPost("json")]
    [Raises<InvoicePaid>]
    public IActionResult PayJson(string id) => new JsonResult(Paid(id));

    [HttpPost("empty")]
    [Raises<InvoicePaid>]
    public IActionResult PayEmpty(string id)
    {
        Paid(id);
        return NoContent();
    }

    [HttpPost("text")]
    [Raises<InvoicePaid>]
    public string PayText(string id) => Paid(id).Status;

    [HttpPost("conflict")]
    [Raises<InvoicePaid>]
    public IActionResult PayConflict(string id) => Conflict(Paid(id));

    [HttpPost("redirect")]
    [Raises<InvoicePaid>]
    public IActionResult PayRedirect(string id)
    {
        Paid(id);
        return Redirect($"/mvc/invoices/{id}");
    }

    [HttpPost("broken")]
    [Raises<InvoicePaid>]
    public Invoice PayBroken(string id)
    {
        Paid(id);
        throw new InvalidOperationException("after the commit, perhaps");
    }

    [HttpPost("forgiven")]
    [Raises<InvoicePaid>, Forgives]
    public Invoice PayForgiven(string id)
    {
        Paid(id);
        throw new InvalidOperationException("handled by a filter");
    }

    [HttpPost("undeclared")]
    public Invoice PayUndeclared(string id) => Paid(id);

    [HttpPost("null-key")]
    [Raises<InvoicePaid>]
    public void PayNobody(string id) => freshet.Raise(new InvoicePaid(id, null!));

    private Invoice Paid(string id)
    {
        var invoice = ledger.Pay(id);
        freshet.Raise(new InvoicePaid(id, "acc_88"));
        return invoice;
    }
}

[ApiController]
[Route("mvc/account")]
[UserAction]
public sealed class AccountController(IFreshet freshet) : ControllerBase
{
    [HttpGet("read")]
    public string Read() => freshet.CurrentAction is null ? "none" : "open";

    [HttpGet("declared")]
    [UserAction]
    public string Declared() => freshet.CurrentAction is null ? "none" : "open";

    [HttpPost("write")]
    public string Write() => freshet.CurrentAction is null ? "none" : "open";
}

/// <summary>Answers whatever an action throws with 200, as some applications do.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ForgivesAttribute : ActionFilterAttribute
{
    public override void OnActionExecuted(ActionExecutedContext context)
    {
        context.ExceptionHandled = context.Exception is not null;
        context.Result = new OkObjectResult(new { forgiven = true });
    }
}
