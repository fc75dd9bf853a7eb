using System.Data.Common;

namespace BillingDesk.Data;

/// <summary>Invoices and their lines.</summary>
internal sealed class SeedInvoices
{
    private readonly List<Invoice> _invoices = [];

    /// <summary>The invoices; the first is <c>inv_1</c>.</summary>
    public IReadOnlyList<Invoice> All => _invoices;

    public static SeedInvoices Make(SplitMix64 random, SeedDays days)
    {
        var plan = Spread(random);
        random.Shuffle(plan);
        PutShowcaseInvoice(plan);

        var seed = new SeedInvoices();
        for (var index = 0; index < plan.Count; index++)
            seed._invoices.Add(MakeInvoice(random, days, index + 1, plan[index].Account, plan[index].Status));
        return seed;
    }

    public void Write(DbConnection connection, DbTransaction transaction, SeedPeople people)
    {
        SeedTable.Fill(
            connection, transaction, "invoices", "id, account_id, number, amount_cents, currency, due_on, paid_at, memo, version, updated_at",
            _invoices.Select(invoice => (object?[])
            [
                invoice.Id, $"acc_{invoice.Account}", invoice.Number, invoice.Lines.Sum(line => line.Quantity * line.UnitCents),
                people.Accounts[invoice.Account - 1].Currency, SqlText.Of(invoice.DueOn),
                invoice.PaidAt is { } paidAt ? SqlText.Of(paidAt) : null, invoice.Memo, 1L, SqlText.Of(invoice.UpdatedAt),
            ]));
        SeedTable.Fill(
            connection, transaction, "invoice_lines", "invoice_id, position, text, quantity, unit_cents",
            _invoices.SelectMany(invoice => invoice.Lines.Select((line, index) => (object?[])[invoice.Id, index + 1L, line.Text, line.Quantity, line.UnitCents])));
    }

    /// <summary>How many invoices of which status each account has. About two accounts in five pay late.</summary>
    private static List<(int Account, string Status)> Spread(SplitMix64 random)
    {
        var plan = new List<(int Account, string Status)>(DeskSeed.Invoices);
        void Add(int account, string status, int count)
        {
            for (var added = 0; added < count; added++) plan.Add((account, status));
        }

        Add(SampleIds.ShowcaseNumber, InvoiceStatus.Open, 5);
        Add(SampleIds.ShowcaseNumber, InvoiceStatus.PastDue, 4);
        Add(SampleIds.ShowcaseNumber, InvoiceStatus.Paid, 21);
        Add(SampleIds.BusyNumber, InvoiceStatus.Open, 120);
        Add(SampleIds.BusyNumber, InvoiceStatus.PastDue, 110);
        Add(SampleIds.BusyNumber, InvoiceStatus.Paid, 30);

        var others = Enumerable.Range(1, DeskSeed.Accounts)
            .Where(account => account is not (SampleIds.ShowcaseNumber or SampleIds.BusyNumber))
            .Select(account => (Account: account, PaysLate: random.Below(5) < 2))
            .ToArray();
        foreach (var (account, _) in others) Add(account, InvoiceStatus.Paid, 4);
        foreach (var (account, _) in others) Add(account, InvoiceStatus.Open, 1);
        while (plan.Count < DeskSeed.Invoices)
        {
            var (account, paysLate) = random.Pick(others);
            Add(account, AnyStatus(random, paysLate), 1);
        }
        return plan;
    }

    private static string AnyStatus(SplitMix64 random, bool paysLate) => random.Below(100) switch
    {
        < 12 => InvoiceStatus.Open,
        < 28 when paysLate => InvoiceStatus.PastDue,
        _ => InvoiceStatus.Paid,
    };

    private static void PutShowcaseInvoice(List<(int Account, string Status)> plan)
    {
        var index = int.Parse(SampleIds.ShowcaseInvoice.AsSpan("inv_".Length), System.Globalization.CultureInfo.InvariantCulture) - 1;
        var found = plan.IndexOf((SampleIds.ShowcaseNumber, InvoiceStatus.PastDue));
        (plan[index], plan[found]) = (plan[found], plan[index]);
    }

    private static Invoice MakeInvoice(SplitMix64 random, SeedDays days, int number, int account, string status)
    {
        // Open ones leave a day of room, so that a seed read shortly after midnight still has them open.
        var due = status switch
        {
            InvoiceStatus.Open => random.Between(2, 45),
            InvoiceStatus.PastDue => random.Between(-60, -1),
            _ => random.Between(-330, 10),
        };
        var issued = Math.Min(due - 30, -1);
        DateTime? paidAt = status == InvoiceStatus.Paid
            ? days.Instant(Math.Min(due - random.Between(0, 10), -1), random.Between(8 * 60, 18 * 60))
            : null;

        var lines = new List<InvoiceLineEdit>();
        for (var count = random.Between(1, 5); count > 0; count--)
            lines.Add(new InvoiceLineEdit(SeedWords.Goods(random), random.Between(1, 12), random.Between(5, 400) * 50L));
        return new Invoice(
            $"inv_{number}", account, $"BD-{number:D5}", days.Day(due), paidAt, SeedWords.Memo(random), paidAt ?? days.Instant(issued), lines);
    }

    internal sealed record Invoice(
        string Id, int Account, string Number, DateOnly DueOn, DateTime? PaidAt, string Memo, DateTime UpdatedAt,
        IReadOnlyList<InvoiceLineEdit> Lines);
}
