using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Billing;

/// <summary>Settles all that an account is late with. It takes a while, so it is an operation: accepted at once, done by whoever works, told of when it is done.</summary>
/// <param name="invoices">Finds what is overdue.</param>
/// <param name="payments">Pays it.</param>
/// <param name="transactions">The scope's transactions.</param>
public sealed class OverdueSettlement(InvoiceReads invoices, InvoicePayments payments, DeskTransactions transactions)
{
    private const string Actor = "settlement";

    internal static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/accounts/{accountId}/settle-overdue", AcceptAsync).UserAction();

    /// <summary>Pays every invoice that is past due. The payments, their events and the completion are one commit.</summary>
    public Task RunAsync(OperationRun<SettleOverdue, Settled> run, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(run);
        return transactions.RunAsync(async transaction =>
        {
            var paid = new List<string>();
            foreach (var invoice in await invoices.ListAsync(run.Input.AccountId, ct))
            {
                if (invoice.Status == InvoiceStatus.PastDue && await payments.PayAsync(invoice.Id, Actor, ct) is PayOutcome.Paid) paid.Add(invoice.Id);
            }
            await run.CompleteAsync(transaction.Transaction, new Settled(run.Input.AccountId, paid), ct);
            return paid.Count;
        }, ct);
    }

    private static async Task<IResult> AcceptAsync(
        string accountId, IFreshet freshet, DeskTransactions transactions, IOperations operations, CancellationToken ct)
    {
        if (await freshet.ReadAsync(BillingCatalog.InvoiceList, accountId, ct) is null) return TypedResults.NotFound();
        var operation = await transactions.RunAsync(
            transaction => operations.AcceptAsync(transaction.Transaction, BillingCatalog.SettleOverdue, new SettleOverdue(accountId), cancellationToken: ct), ct);
        return operation.Accepted();
    }
}

/// <summary>What is to be settled.</summary>
/// <param name="AccountId">Whose overdue invoices.</param>
public sealed record SettleOverdue(string AccountId);

/// <summary>What was settled.</summary>
/// <param name="AccountId">Whose.</param>
/// <param name="InvoiceIds">Which, in the order of the list.</param>
public sealed record Settled(string AccountId, IReadOnlyList<string> InvoiceIds);
