namespace BillingDesk.Data;

/// <summary>Joins each commit of <see cref="DeskTransactions"/>: what it writes is committed with the write, or not at all. An outbox is one.</summary>
public interface IBeforeCommit
{
    /// <summary>Writes into the transaction, when everything else is written. An exception rolls all of it back.</summary>
    Task RunAsync(DeskTransaction transaction, CancellationToken ct);
}
