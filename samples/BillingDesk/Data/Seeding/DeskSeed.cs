using System.Data.Common;

namespace BillingDesk.Data;

/// <summary>The sample's rows: the same for the same day, on any machine.</summary>
/// <param name="today">Due dates, payments and audit rows lie around this day.</param>
internal sealed class DeskSeed(DateOnly today)
{
    public const int Accounts = 120;
    public const int Invoices = 3_000;
    public const int Users = 400;
    public const int Memberships = 700;
    public const int UsageDays = 30;

    private const ulong Seed = 0xF2E5_8E7;

    /// <summary>Inserts all rows into the empty schema, within the given transaction.</summary>
    public void WriteTo(DbConnection connection, DbTransaction transaction, CancellationToken ct)
    {
        var days = new SeedDays(today);
        var people = SeedPeople.Make(new SplitMix64(Seed));
        var invoices = SeedInvoices.Make(new SplitMix64(Seed + 1), days);

        SeedPlans.Write(connection, transaction, days);
        ct.ThrowIfCancellationRequested();
        people.Write(connection, transaction, days);
        ct.ThrowIfCancellationRequested();
        invoices.Write(connection, transaction, people);
        ct.ThrowIfCancellationRequested();
        SeedAudit.Write(connection, transaction, people, invoices, days);
        ct.ThrowIfCancellationRequested();
        SeedUsage.Write(connection, transaction, new SplitMix64(Seed + 2), people, days);
        SeedSummaries.Write(connection, transaction, days);
    }
}
