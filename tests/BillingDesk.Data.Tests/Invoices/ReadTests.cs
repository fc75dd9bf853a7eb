using System.Text.Json;

namespace BillingDesk.Data.Tests;

public class ReadTests
{
    [Fact]
    public async Task The_list_is_the_accounts_own_the_latest_due_date_first()
    {
        await using var desk = Desk.Seeded();
        var rows = await desk.Get<InvoiceReads>().ListAsync(SampleIds.Showcase);
        rows.Select(row => row.Id).ShouldBe(
            await desk.RowsAsync<string>("SELECT id FROM invoices WHERE account_id = 'acc_88'"), ignoreOrder: true);
        rows.ShouldBe(rows.OrderByDescending(row => row.DueOn).ThenByDescending(row => row.Number, StringComparer.Ordinal));
        rows.ShouldAllBe(row => row.PaidAt.HasValue == (row.Status == InvoiceStatus.Paid));
    }

    [Fact]
    public async Task Search_finds_by_line_text_memo_and_number_within_the_account()
    {
        await using var desk = Desk.Seeded();
        await desk.Get<InvoiceWrites>().EditAsync(SampleIds.ShowcaseInvoice, 1, new("Blue memo", [new("Seats", 1, 1), new("Green kayak", 1, 1)]), "Tester");
        var number = (await desk.Get<InvoiceReads>().FindAsync(SampleIds.ShowcaseInvoice))!.Number;
        foreach (var text in new[] { "green KAY", "blue memo", number, $" {number.ToLowerInvariant()} " })
        {
            (await desk.Get<InvoiceReads>().SearchAsync(SampleIds.Showcase, text)).Select(row => row.Id).ShouldBe([SampleIds.ShowcaseInvoice], text);
            (await desk.Get<InvoiceReads>().SearchAsync("acc_1", text)).ShouldBeEmpty(text);
        }
    }

    [Fact]
    public async Task Search_takes_pattern_characters_as_themselves()
    {
        await using var desk = Desk.Seeded();
        await desk.Get<InvoiceWrites>().EditAsync(SampleIds.ShowcaseInvoice, 1, new(@"100%_\ off", [new("Seats", 1, 1)]), "Tester");
        foreach (var text in new[] { "%", "_", @"\", @"0%_\ o" })
            (await desk.Get<InvoiceReads>().SearchAsync(SampleIds.Showcase, text)).Select(row => row.Id).ShouldBe([SampleIds.ShowcaseInvoice], text);
    }

    [Fact]
    public async Task A_blank_search_finds_all_of_the_account()
    {
        await using var desk = Desk.Seeded();
        (await desk.Get<InvoiceReads>().SearchAsync(SampleIds.Showcase, " ")).ShouldBe(await desk.Get<InvoiceReads>().ListAsync(SampleIds.Showcase));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("x' OR '1'='1")]
    [InlineData("\" OR 1=1 --")]
    public async Task An_unknown_id_finds_nothing_anywhere(string id)
    {
        await using var desk = Desk.Seeded();
        (await desk.Get<InvoiceReads>().FindAsync(id)).ShouldBeNull();
        (await desk.Get<InvoiceReads>().ListAsync(id)).ShouldBeEmpty();
        (await desk.Get<InvoiceReads>().SearchAsync(id, "")).ShouldBeEmpty();
        (await desk.Get<InvoiceReads>().SearchAsync(SampleIds.Showcase, id)).ShouldBeEmpty();
        (await desk.Get<AccountReads>().SearchAsync(id)).ShouldBeEmpty();
        (await desk.Get<AccountReads>().SummaryAsync(id)).ShouldBeNull();
        (await desk.Get<AccountReads>().BadgeAsync(id)).ShouldBeNull();
        (await desk.Get<AccountReads>().CardAsync(id)).ShouldBeNull();
        (await desk.Get<AccountReads>().FindAsync(id)).ShouldBeNull();
        (await desk.Get<RecommendationReads>().FactsAsync(id)).ShouldBeNull();
        (await desk.Get<SubscriptionReads>().FindAsync(id)).ShouldBeNull();
        (await desk.Get<StatementReads>().FindAsync(id)).ShouldBeNull();
        (await desk.Get<UsageReads>().ChartAsync(id)).ShouldBeNull();
        (await desk.Get<AuditReads>().InvoiceAsync(id)).ShouldBeEmpty();
        (await desk.Get<MemberReads>().TeamAsync(id)).ShouldBeEmpty();
        (await desk.Get<MemberReads>().OrganisationsAsync(id)).ShouldBeEmpty();
        (await desk.Get<ProfileReads>().FindAsync(id)).ShouldBeNull();
        (await desk.Get<AuditReads>().TimelineAsync(id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_amount_and_the_lines_of_an_answer_belong_together_while_others_edit()
    {
        await using var desk = Desk.Seeded();
        var editing = Task.Factory.StartNew(async () =>
        {
            for (var version = 1; version <= 150; version++)
            {
                var lines = Enumerable.Repeat(new InvoiceLineEdit("Seats", 1, 100), 1 + (version % 5));
                (await desk.Get<InvoiceWrites>().EditAsync(SampleIds.ShowcaseInvoice, version, new("", [.. lines]), "Tester")).ShouldBeOfType<EditOutcome.Edited>();
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

        var versions = new HashSet<long>();
        while (!editing.IsCompleted)
        {
            var invoice = (await desk.Get<InvoiceReads>().FindAsync(SampleIds.ShowcaseInvoice))!;
            invoice.AmountCents.ShouldBe(invoice.Lines.Sum(line => line.Quantity * line.UnitCents));
            versions.Add(invoice.Version);
        }
        await editing;
        versions.Count.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task The_json_has_the_promised_names()
    {
        await using var desk = Desk.Seeded();
        async Task<string> NamesAsync<T>(Task<T> read) => string.Join(",",
            JsonSerializer.SerializeToElement(await read, JsonSerializerOptions.Web).EnumerateObject().Select(property => property.Name));
        async Task<string> FirstNamesAsync<T>(Task<IReadOnlyList<T>> read)
        {
            var list = await read;
            return await NamesAsync(Task.FromResult(list[0]));
        }

        const string row = "id,number,status,amountCents,currency,dueOn,paidAt,version";
        (await FirstNamesAsync(desk.Get<InvoiceReads>().ListAsync("acc_88"))).ShouldBe(row);
        (await NamesAsync(desk.Get<InvoiceReads>().FindAsync("inv_123")))
            .ShouldBe("id,accountId,number,status,amountCents,currency,dueOn,paidAt,memo,version,updatedAt,lines");
        (await NamesAsync(Task.FromResult((await desk.Get<InvoiceReads>().FindAsync("inv_123"))!.Lines[0]))).ShouldBe("id,text,quantity,unitCents");
        (await FirstNamesAsync(desk.Get<AccountReads>().SearchAsync())).ShouldBe("id,name");
        (await NamesAsync(desk.Get<AccountReads>().SummaryAsync("acc_88")))
            .ShouldBe("accountId,name,planId,planName,status,openInvoices,overdueInvoices,balanceCents,paidCents,currency");
        (await NamesAsync(desk.Get<AccountReads>().BadgeAsync("acc_88"))).ShouldBe("accountId,openInvoices,overdueInvoices,status");
        (await NamesAsync(desk.Get<AccountReads>().CardAsync("acc_88"))).ShouldBe("accountId,name,billedCents,paidCents,openInvoices,lastPaidAt,currency");
        (await NamesAsync(Task.FromResult((await desk.Get<RecommendationReads>().FactsAsync("acc_88"))!.OnPlan[0]))).ShouldBe("id,title,reason");
        (await NamesAsync(desk.Get<SubscriptionReads>().FindAsync("acc_88"))).ShouldBe("accountId,planId,planName,includedUnits,since,version");
        (await NamesAsync(desk.Get<UsageReads>().ChartAsync("acc_88"))).ShouldBe("accountId,includedUnits,usedUnits,asOf,days");
        (await NamesAsync(desk.Get<AccountTableReads>().PageAsync(AccountSort.Name, 1))).ShouldBe("page,pages,total,rows");
        (await NamesAsync(desk.Get<SearchReads>().FindAsync("BD-00123"))).ShouldBe("invoices,people");
        (await FirstNamesAsync(desk.Get<AuditReads>().TimelineAsync("acc_88"))).ShouldBe("id,at,actor,action,subject");
        (await FirstNamesAsync(desk.Get<MemberReads>().TeamAsync("acc_88"))).ShouldBe("userId,name,role");
        (await FirstNamesAsync(desk.Get<MemberReads>().OrganisationsAsync("user_88"))).ShouldBe("orgId,name,role");
        (await NamesAsync(desk.Get<ProfileReads>().FindAsync("user_88"))).ShouldBe("userId,name,email");
        (await FirstNamesAsync(desk.Get<PlanReads>().ListAsync())).ShouldBe("id,name,monthlyCents,currency");
    }

    [Fact]
    public async Task Days_and_instants_are_plain_in_json_and_survive_a_round_trip()
    {
        await using var desk = Desk.Seeded();
        await desk.Get<InvoiceWrites>().PayAsync("inv_123", "Tester");
        var row = (await desk.Get<InvoiceReads>().ListAsync("acc_88")).Single(invoice => invoice.Id == "inv_123");
        var json = JsonSerializer.Serialize(row, JsonSerializerOptions.Web);
        json.ShouldContain("\"paidAt\":\"2026-01-15T10:30:00Z\"");
        json.ShouldMatch("\"dueOn\":\"20\\d\\d-\\d\\d-\\d\\d\"");
        JsonSerializer.Deserialize<InvoiceRow>(json, JsonSerializerOptions.Web).ShouldBe(row);
    }
}
