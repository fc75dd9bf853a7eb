namespace BillingDesk.Data.Tests;

public class SearchTests
{
    [Fact]
    public async Task An_invoice_is_found_by_its_number_with_the_account_it_belongs_to()
    {
        await using var desk = Desk.Seeded();
        var account = (await desk.Get<AccountReads>().FindAsync(SampleIds.Showcase)).ShouldNotBeNull();
        var invoice = (await desk.Get<InvoiceReads>().FindAsync(SampleIds.ShowcaseInvoice)).ShouldNotBeNull();
        var found = await desk.Get<SearchReads>().FindAsync("bd-00123");
        found.Invoices.ShouldBe([new(invoice.Id, "BD-00123", account.Id, account.Name, InvoiceStatus.PastDue, invoice.AmountCents, invoice.Currency)]);
        found.People.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_person_is_found_by_name_or_address_with_their_organisations()
    {
        await using var desk = Desk.Seeded();
        var profile = (await desk.Get<ProfileReads>().FindAsync("user_88"))!;
        var organisations = await desk.Get<MemberReads>().OrganisationsAsync("user_88");
        foreach (var text in (string[])[profile.Name.ToUpperInvariant(), profile.Email])
        {
            var person = (await desk.Get<SearchReads>().FindAsync(text)).People.Single(found => found.UserId == "user_88");
            (person.Name, person.Email).ShouldBe((profile.Name, profile.Email));
            person.Organisations.ShouldBe(organisations);
        }
    }

    [Fact]
    public async Task It_finds_a_few_in_order_and_takes_percent_and_underscore_as_themselves()
    {
        await using var desk = Desk.Seeded();
        var found = await desk.Get<SearchReads>().FindAsync("BD-0");
        found.Invoices.Select(invoice => invoice.Number).ShouldBe(Enumerable.Range(1, SearchReads.MaxFound).Select(number => $"BD-{number:D5}"));
        (await desk.Get<SearchReads>().FindAsync("example.test")).People.Count.ShouldBe(SearchReads.MaxFound);
        foreach (var nothing in (string[])["BD%123", "BD_00123", "x' OR '1'='1"])
        {
            var none = await desk.Get<SearchReads>().FindAsync(nothing);
            (none.Invoices.Count, none.People.Count).ShouldBe((0, 0), nothing);
        }
    }
}
