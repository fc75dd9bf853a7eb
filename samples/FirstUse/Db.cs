using System.Collections.Concurrent;

record Invoice(string Id, string AccountId, string Status);

record Summary(string AccountId, string Status, int OpenInvoices);

/// <summary>Stands where your database is: one account, two open invoices.</summary>
sealed class Db
{
    private readonly ConcurrentDictionary<string, Invoice> _invoices = new(
        [new("inv_1", new("inv_1", "acc_88", "open")), new("inv_2", new("inv_2", "acc_88", "open"))]);

    private int _summaries;

    /// <summary>How often a summary was read from here rather than from the cache.</summary>
    public int Summaries => _summaries;

    public Task<Invoice> PayAsync(string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_invoices[id] = _invoices[id] with { Status = "paid" });
    }

    public Task<Summary> SummaryAsync(string accountId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _summaries);
        var open = _invoices.Values.Count(invoice => invoice.AccountId == accountId && invoice.Status == "open");
        return Task.FromResult(new Summary(accountId, open == 0 ? "paid up" : "past due", open));
    }
}
