using Dapper;
using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;

namespace BillingDesk.Data.Tests;

public class TransactionTests
{
    [Fact]
    public async Task Writes_of_one_scope_share_the_commit_and_nobody_else_sees_them_before_it()
    {
        await using var desk = Desk.Seeded();
        var scope = desk.Scope();
        await scope.GetRequiredService<DeskTransactions>().RunAsync(async _ =>
        {
            await scope.GetRequiredService<InvoiceWrites>().PayAsync(SampleIds.ShowcaseInvoice, "Tester");
            await scope.GetRequiredService<AccountWrites>().ChangePlanAsync(SampleIds.Showcase, "plan_scale", "Tester");
            (await desk.Get<InvoiceReads>().FindAsync(SampleIds.ShowcaseInvoice))!.Status.ShouldBe(InvoiceStatus.PastDue);
            return true;
        });
        (await desk.Get<InvoiceReads>().FindAsync(SampleIds.ShowcaseInvoice))!.Status.ShouldBe(InvoiceStatus.Paid);
        (await desk.Get<AccountReads>().SummaryAsync(SampleIds.Showcase))!.PlanId.ShouldBe("plan_scale");
    }

    [Fact]
    public async Task A_failure_after_the_writes_rolls_all_of_them_back()
    {
        await using var desk = Desk.Seeded();
        var scope = desk.Scope();
        var transactions = scope.GetRequiredService<DeskTransactions>();
        await desk.ChangesNothingAsync(() => Should.ThrowAsync<TimeoutException>(() => transactions.RunAsync<bool>(async _ =>
        {
            (await scope.GetRequiredService<InvoiceWrites>().PayAsync(SampleIds.ShowcaseInvoice, "Tester")).ShouldBeOfType<PayOutcome.Paid>();
            throw new TimeoutException("the handler fails");
        })));
        transactions.Current.ShouldBeNull();
        (await desk.Get<InvoiceWrites>().PayAsync(SampleIds.ShowcaseInvoice, "Tester")).ShouldBeOfType<PayOutcome.Paid>();
    }

    [Fact]
    public async Task A_failed_write_that_is_swallowed_still_dooms_the_transaction()
    {
        await using var desk = Desk.Seeded();
        var scope = desk.Scope();
        var transactions = scope.GetRequiredService<DeskTransactions>();
        await desk.ChangesNothingAsync(() => Should.ThrowAsync<InvalidOperationException>(() => transactions.RunAsync(async _ =>
        {
            await scope.GetRequiredService<InvoiceWrites>().PayAsync(SampleIds.ShowcaseInvoice, "Tester");
            await Should.ThrowAsync<DbException>(() => scope.GetRequiredService<SiteWrites>().AddFeedbackAsync("", "Tester"));
            return true;
        })));

        // The scope is usable again.
        (await scope.GetRequiredService<InvoiceWrites>().PayAsync(SampleIds.ShowcaseInvoice, "Tester")).ShouldBeOfType<PayOutcome.Paid>();
    }

    [Fact]
    public async Task A_row_of_somebody_elses_joins_the_commit()
    {
        await using var desk = Desk.Seeded();
        await desk.RowsAsync<int>("CREATE TABLE outbox (note TEXT)");
        await desk.Get<DeskTransactions>().RunAsync(running =>
            running.Connection.ExecuteAsync("INSERT INTO outbox VALUES (@note)", new { note = "raised" }, running.Transaction));
        (await desk.RowsAsync<string>("SELECT note FROM outbox")).ShouldBe(["raised"]);
    }

    [Fact]
    public async Task A_write_without_an_actor_is_refused_and_rolled_back()
    {
        await using var desk = Desk.Seeded();
        await desk.ChangesNothingAsync(() => Should.ThrowAsync<ArgumentException>(() => desk.Get<InvoiceWrites>().PayAsync(SampleIds.ShowcaseInvoice, " ")));
    }

    [Fact]
    public async Task A_cancelled_write_writes_nothing()
    {
        await using var desk = Desk.Seeded();
        await desk.ChangesNothingAsync(() => Should.ThrowAsync<OperationCanceledException>(() =>
            desk.Get<InvoiceWrites>().PayAsync(SampleIds.ShowcaseInvoice, "Tester", new CancellationToken(canceled: true))));
    }
}
