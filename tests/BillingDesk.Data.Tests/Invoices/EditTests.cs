using System.Data.Common;

namespace BillingDesk.Data.Tests;

public class EditTests
{
    private static readonly InvoiceEdit _edit = new("A new memo", [new("Seats", 3, 1_000), new("Training day", 1, 250)]);

    [Fact]
    public async Task An_edit_replaces_memo_lines_and_amount()
    {
        await using var desk = Desk.Seeded();
        var outcome = await desk.Get<InvoiceWrites>().EditAsync(SampleIds.ShowcaseInvoice, 1, _edit, "Tester");
        var edited = outcome.ShouldBeOfType<EditOutcome.Edited>().Invoice;
        (edited.Memo, edited.AmountCents, edited.Version, edited.Status).ShouldBe(("A new memo", 3_250, 2, InvoiceStatus.PastDue));
        edited.Lines.ShouldBe([new("inv_123-1", "Seats", 3, 1_000), new("inv_123-2", "Training day", 1, 250)]);

        var read = (await desk.Get<InvoiceReads>().FindAsync(SampleIds.ShowcaseInvoice))!;
        (read with { Lines = edited.Lines }).ShouldBe(edited);
        read.Lines.ShouldBe(edited.Lines);
        (await desk.Get<InvoiceReads>().ListAsync(SampleIds.Showcase)).Single(row => row.Id == edited.Id).AmountCents.ShouldBe(3_250);
        (await desk.Get<AuditReads>().TimelineAsync(SampleIds.Showcase))[0].Action.ShouldBe("invoice.edited");
    }

    [Fact]
    public async Task A_stale_edit_returns_the_current_invoice_and_changes_nothing()
    {
        await using var desk = Desk.Seeded();
        await desk.Get<InvoiceWrites>().EditAsync(SampleIds.ShowcaseInvoice, 1, _edit, "First");
        await desk.ChangesNothingAsync(async () =>
        {
            var outcome = await desk.Get<InvoiceWrites>().EditAsync(SampleIds.ShowcaseInvoice, 1, new("Lost", [new("Lost", 1, 1)]), "Second");
            var current = outcome.ShouldBeOfType<EditOutcome.Stale>().Current;
            (current.Version, current.Memo, current.Lines.Count).ShouldBe((2, "A new memo", 2));
        });
    }

    [Fact]
    public async Task Of_two_simultaneous_edits_of_one_version_one_is_stale()
    {
        await using var desk = Desk.Seeded();
        using var gate = new Barrier(2);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 2).Select(number => Task.Factory.StartNew(() =>
        {
            var writes = desk.Get<InvoiceWrites>();
            gate.SignalAndWait();
            return writes.EditAsync(SampleIds.ShowcaseInvoice, 1, new($"Memo {number}", [new("Seats", 1, number)]), "Tester");
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

        var winner = outcomes.OfType<EditOutcome.Edited>().Single().Invoice;
        var loser = outcomes.OfType<EditOutcome.Stale>().Single().Current;
        (loser.Memo, loser.Version).ShouldBe((winner.Memo, winner.Version));
    }

    [Fact]
    public async Task A_line_the_database_refuses_rolls_everything_back()
    {
        await using var desk = Desk.Seeded();
        var halfGood = new InvoiceEdit("Half good", [new("Seats", 1, 100), new("Seats", 0, 100)]);
        await desk.ChangesNothingAsync(() => Should.ThrowAsync<DbException>(() =>
            desk.Get<InvoiceWrites>().EditAsync(SampleIds.ShowcaseInvoice, 1, halfGood, "Tester")));
        (await desk.Get<InvoiceWrites>().EditAsync(SampleIds.ShowcaseInvoice, 1, _edit, "Tester")).ShouldBeOfType<EditOutcome.Edited>();
    }

    [Theory]
    [InlineData("inv_none")]
    [InlineData("x' OR '1'='1")]
    public async Task An_unknown_invoice_is_not_found_and_nothing_changes(string id)
    {
        await using var desk = Desk.Seeded();
        await desk.ChangesNothingAsync(async () =>
            (await desk.Get<InvoiceWrites>().EditAsync(id, 1, _edit, "Tester")).ShouldBeOfType<EditOutcome.NotFound>());
    }

    [Fact]
    public void Validation_names_each_wrong_field()
    {
        _edit.Validate().ShouldBeEmpty();
        new InvoiceEdit(null!, null!).Validate().Keys.ShouldBe(["memo", "lines"], ignoreOrder: true);
        new InvoiceEdit(new string('x', 501), []).Validate().Keys.ShouldBe(["memo", "lines"], ignoreOrder: true);
        new InvoiceEdit("", [.. Enumerable.Repeat(new InvoiceLineEdit("Seats", 1, 1), 51)]).Validate().Keys.ShouldBe(["lines"]);
        new InvoiceEdit("", [new("Seats", 1, 1), new(" ", 0, -1), null!]).Validate().Keys
            .ShouldBe(["lines[1].text", "lines[1].quantity", "lines[1].unitCents", "lines[2]"], ignoreOrder: true);
    }

    [Fact]
    public async Task What_validation_lets_pass_the_database_takes()
    {
        await using var desk = Desk.Seeded();
        var largest = new InvoiceEdit(
            new string('m', 500), [.. Enumerable.Repeat(new InvoiceLineEdit(new string('t', 200), 10_000, 100_000_000), 50)]);
        largest.Validate().ShouldBeEmpty();
        var edited = (await desk.Get<InvoiceWrites>().EditAsync(SampleIds.ShowcaseInvoice, 1, largest, "Tester")).ShouldBeOfType<EditOutcome.Edited>();
        edited.Invoice.AmountCents.ShouldBe(50_000_000_000_000);
    }
}
