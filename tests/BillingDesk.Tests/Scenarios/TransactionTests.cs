using BillingDesk.Billing;
using Freshet;
using Freshet.Sql;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace BillingDesk.Tests.Scenarios;

/// <summary>S2 and S3: an invoice and its lines change in one transaction, which commits or rolls back.</summary>
public sealed class TransactionTests
{
    private const string Invoice = SampleIds.ShowcaseInvoice;
    private const string Account = SampleIds.Showcase;
    private const string RaisesInside = $"/test/invoices/{Invoice}";

    private static readonly string[] _panels = Panels.Of(Account, Invoice, "user_88");

    private static readonly string[] _outdated =
    [
        Panels.Summary(Account), Panels.Badge(Account), Panels.Card(Account), Panels.List(Account), Panels.Search(Account, "BD"), Panels.Audit(Account),
        Panels.Invoice(Invoice), Panels.History(Invoice), Panels.Dashboard(Account), Panels.Statement(Account),
    ];

    private static readonly InvoiceEdit _edit = EditOf("Work", "Refused");

    [Fact]
    public async Task S2_AnEditThatRollsBackAtItsLastLineInvalidatesNothingAndThePagesStillHit()
    {
        await using var desk = await DeskHost.StartAsync();
        var before = (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Value;
        await desk.WarmAsync(_panels);
        await RefuseALineAsync(desk);

        var failed = await EditAsync(desk, Panels.Invoice(Invoice), before);

        failed.Status.ShouldBe(HttpStatusCode.InternalServerError);
        failed.ShouldHaveInvalidatedNothing();
        await desk.ShouldReloadOnlyAsync(_panels);
        // What still hits is what the database holds: the invoice's row and its first line were written before the line that failed.
        (await SourceAsync(desk)).ShouldBeEquivalentTo(before);
    }

    [Fact]
    public async Task S2_TheSameEditCommittingExpiresExactlyTheInvoiceAndTheListOnce()
    {
        await using var desk = await DeskHost.StartAsync();
        var before = (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Value;
        await desk.WarmAsync(_panels);

        var edited = await EditAsync(desk, Panels.Invoice(Invoice), before);

        edited.ShouldHaveExpired($"invoice:{Invoice}", $"account-invoices:{Account}");
        await desk.ShouldReloadOnlyAsync(_panels, _outdated);
        (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Value.ShouldBeEquivalentTo(edited.Data<InvoiceDetail>("invoice.edited"));
        (await desk.RecordsAsync(after: 0)).Count.ShouldBe(1);
    }

    /// <summary>Raised before the write was known to fail: nobody can tell whether it was committed, and uncertain means invalidate.</summary>
    [Fact]
    public async Task S2_AnEditThatRaisedAndThenRolledBackIsInvalidatedAsUncertain()
    {
        var inside = new Inside();
        await using var desk = await DeskHost.StartAsync(map: inside.Map);
        var before = (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Value;
        await desk.WarmAsync(_panels);
        inside.Fails = true;
        inside.Open();

        var failed = await EditAsync(desk, RaisesInside, before);

        failed.Status.ShouldBe(HttpStatusCode.InternalServerError);
        var record = failed.Records.ShouldHaveSingleItem();
        (record.Cause, record.Event, record.Trigger).ShouldBe(("uncertain", "invoice.edited", TriggerKind.UserAction));
        record.Invalidations.Select(each => each.Tag.Text).Order().ShouldBe([$"account-invoices:{Account}", $"invoice:{Invoice}"]);
        record.Invalidations.ShouldAllBe(each => each.Kind == InvalidationKind.Expire);
        await desk.ShouldReloadOnlyAsync(_panels, _outdated);
        (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Value.ShouldBeEquivalentTo(before);
    }

    /// <summary>Saved in the transaction that is rolled back: the database says that nothing happened.</summary>
    [Fact]
    public async Task S3_WhatWasSavedWithAWriteThatRolledBackNeverAppears()
    {
        var inside = new Inside { Saves = true };
        await using var desk = await DeskHost.StartAsync(map: inside.Map);
        var before = (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Value;
        await desk.WarmAsync(_panels);
        inside.Fails = true;
        inside.Open();

        var failed = await EditAsync(desk, RaisesInside, before);

        failed.Status.ShouldBe(HttpStatusCode.InternalServerError);
        failed.Records.ShouldBeEmpty("a hold was placed and released, and nothing invalidated");
        await desk.ShouldReloadOnlyAsync(_panels);
        (await SourceAsync(desk)).ShouldBeEquivalentTo(before);
    }

    [Fact]
    public async Task S3_WhatIsRaisedInsideTheTransactionIsHeldUntilItHasCommitted()
    {
        var inside = new Inside();
        await using var desk = await DeskHost.StartAsync(map: inside.Map);
        var before = (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Value;
        await desk.WarmAsync(_panels);

        var editing = EditAsync(desk, RaisesInside, before);
        await inside.Raised; // written and raised, neither committed nor appended

        desk.Position.ShouldBe(0);
        await desk.ShouldReloadOnlyAsync(_panels); // everyone else reads on what is committed
        inside.SawInside!.AmountCents.ShouldBe(before.AmountCents, "a loader takes no part in the transaction");

        inside.Open();
        var edited = await editing;

        edited.Records.ShouldHaveSingleItem().At.ShouldBe(desk.Time.GetUtcNow());
        edited.Records[0].Invalidations.Select(each => each.Tag.Text).Order().ShouldBe([$"account-invoices:{Account}", $"invoice:{Invoice}"]);
        inside.CommittedAt.ShouldBe(edited.Records[0].Position - 1, "the record is appended after the commit, behind its hold");
        await desk.ShouldReloadOnlyAsync(_panels, _outdated);
        (await desk.ReadAsync<InvoiceDetail>(Panels.Invoice(Invoice))).Value.AmountCents.ShouldBe(7_500);
    }

    private static Task<Written> EditAsync(DeskHost desk, string path, InvoiceDetail seen) =>
        desk.WriteAsync(HttpMethod.Put, path, _edit, headers: ("If-Match", $"\"{seen.Version}\""));

    private static InvoiceEdit EditOf(params string[] texts) =>
        new("Agreed anew.", [.. texts.Select(text => new InvoiceLineEdit(text, Quantity: 3, UnitCents: 1_250))]);

    /// <summary>Lets the database refuse a line, after the invoice's row and its other line were written.</summary>
    private static Task RefuseALineAsync(DeskHost desk) => desk.WriteBehindTheBackAsync(
        "CREATE TRIGGER refuse BEFORE INSERT ON invoice_lines WHEN NEW.text = 'Refused' BEGIN SELECT RAISE(ABORT, 'refused'); END");

    private static async Task<InvoiceDetail> SourceAsync(DeskHost desk)
    {
        using var scope = desk.Services.CreateScope();
        var invoice = (await scope.ServiceProvider.GetRequiredService<InvoiceReads>().FindAsync(Invoice))!;
        return invoice with { Lines = invoice.Lines.ToList() }; // the kind of list that comes over HTTP
    }

    /// <summary>An endpoint that raises inside its transaction, and stands there until told to go on.</summary>
    private sealed class Inside
    {
        private readonly TaskCompletionSource _raised = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Raised => _raised.Task.WaitAsync(TimeSpan.FromSeconds(30));

        /// <summary>Whether the transaction fails after raising.</summary>
        public bool Fails { get; set; }

        /// <summary>Whether what was raised is saved in the transaction at once.</summary>
        public bool Saves { get; init; }

        /// <summary>What a cached read inside the transaction showed.</summary>
        public InvoiceDetail? SawInside { get; private set; }

        /// <summary>Where the log stood when the transaction had just committed.</summary>
        public long? CommittedAt { get; private set; }

        public void Open() => _open.TrySetResult();

        public void Map(WebApplication app) => app.MapPut("/test/invoices/{invoiceId}", EditAsync).Raises<InvoiceEdited>();

        private async Task<IResult> EditAsync(
            string invoiceId, InvoiceEdit edit, InvoiceWrites invoices, DeskTransactions transactions, IFreshet freshet, CancellationToken ct)
        {
            var edited = await transactions.RunAsync(async transaction =>
            {
                var outcome = (EditOutcome.Edited)await invoices.EditAsync(invoiceId, expectedVersion: 1, edit, "tester", ct);
                freshet.Raise(new InvoiceEdited(outcome.Invoice.Id, outcome.Invoice.AccountId));
                if (Saves) await freshet.SaveOutboxAsync(transaction.Transaction, ct);
                SawInside = await freshet.ReadAsync(BillingCatalog.InvoiceById, invoiceId, ct);
                _raised.TrySetResult();
                await _open.Task.WaitAsync(ct);
                return Fails ? throw new InvalidOperationException("changed its mind") : outcome.Invoice;
            }, ct);
            CommittedAt = freshet.Log.Position.Position;
            return Results.Ok(edited);
        }
    }
}
