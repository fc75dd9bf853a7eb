namespace Freshet.Tests.Reading;

/// <summary>S17 by events: a write tells the version it gave, and no node takes less from a source that lags.</summary>
public sealed class EventFloorTests
{
    [Fact]
    public async Task S17_ALoadBelowTheVersionThatAnEventToldIsAskedAgainThoughNothingIsInMemory()
    {
        await using var app = TestApp.Start<Invoices>();
        app.Source["a"] = new Value(1, Version: 1); // the replica, which lags
        await WriteAsync(app, "a", version: 2);
        var gate = app.Source.HoldNext("a");
        var reading = app.Freshet.ReadAsync(Invoices.Invoice, "a").AsTask();
        await gate.Reached;
        app.Source["a"] = new Value(2, Version: 2); // it has caught up
        gate.Open();

        (await app.Time.PassAsync(reading)).ShouldBe(new Value(2, Version: 2));
        app.Source.ReadsOf("a").ShouldBe(2);
        Invoices.Asked.ShouldContain(2, "the loader was told, so that it can ask the primary");
    }

    [Fact]
    public async Task S17_OneThatStaysBelowIsNeitherAnsweredNorStored()
    {
        await using var app = TestApp.Start<Invoices>();
        app.Source["a"] = new Value(1, Version: 1);
        await WriteAsync(app, "a", version: 2);

        var lagging = await Should.ThrowAsync<LaggingSourceException>(app.Time.PassAsync(app.Freshet.ReadAsync(Invoices.Invoice, "a").AsTask()));

        lagging.Message.ShouldContain("2");
        app.EntriesOf(Invoices.Invoice).ShouldBe(0);
    }

    /// <summary>Another thing's version says nothing of this one's, and an account's nothing of an invoice's.</summary>
    [Fact]
    public async Task OnlyTheVersionOfItsOwnTagCounts()
    {
        await using var app = TestApp.Start<Invoices>();
        app.Source["a"] = new Value(1, Version: 1);
        await WriteAsync(app, "b", version: 9);
        await using (var action = app.Freshet.BeginUserAction("rename"))
        {
            app.Freshet.Raise(new AccountRenamed("acc-1", 40));
            await action.CompleteAsync();
        }

        (await app.Freshet.ReadAsync(Invoices.Invoice, "a")).Version.ShouldBe(1);
    }

    [Fact]
    public async Task TheHighestVersionCountsInWhateverOrderTheyCome()
    {
        await using var app = TestApp.Start<Invoices>();
        app.Source["a"] = new Value(1, Version: 2);
        await WriteAsync(app, "a", version: 3);
        await WriteAsync(app, "a", version: 2); // appended later, committed before

        await Should.ThrowAsync<LaggingSourceException>(app.Time.PassAsync(app.Freshet.ReadAsync(Invoices.Invoice, "a").AsTask()));
    }

    /// <summary>Nobody knows whether that version ever came to be.</summary>
    [Fact]
    public async Task AnUncertainWriteTellsNoVersion()
    {
        await using var app = TestApp.Start<Invoices>();
        app.Source["a"] = new Value(1, Version: 1);
        await using (app.Freshet.BeginUserAction("fails"))
            app.Freshet.Raise(new InvoiceWritten("a", 2));

        (await app.Freshet.ReadAsync(Invoices.Invoice, "a")).Version.ShouldBe(1);
    }

    [Fact]
    public async Task S17_TheVersionReachesEveryNodeThatSharesTheLog()
    {
        await using var nodes = new Log.Shared.Nodes();
        var (a, b) = (nodes.Start<Invoices>("a"), nodes.Start<Invoices>("b"));
        nodes.Source["a"] = new Value(1, Version: 1);
        await using (var action = a.Freshet.BeginUserAction("write"))
        {
            a.Freshet.Raise(new InvoiceWritten("a", 2));
            await action.CompleteAsync();
        }

        await Should.ThrowAsync<LaggingSourceException>(b.App.Time.PassAsync(b.Freshet.ReadAsync(Invoices.Invoice, "a").AsTask()));
    }

    [Fact]
    public void AVersionOfATagThatTheQueryDoesNotCarryIsAFault() => Should.Throw<CatalogException>(() => TestApp.Start<WrongVersion>())
        .Faults.ShouldContain(fault => fault.Kind == CatalogFaultKind.InvalidVersion);

    [Fact]
    public void WhatAnEventTellsAVersionOfStandsInTheCatalog()
    {
        Invoices.Written.Tags.ShouldHaveSingleItem().Version.ShouldBe("Version");
        Invoices.Invoice.VersionOfTag.ShouldBe("invoice");
    }

    private static async Task WriteAsync(TestApp app, string id, long version)
    {
        await using var action = app.Freshet.BeginUserAction("write");
        app.Freshet.Raise(new InvoiceWritten(id, version));
        await action.CompleteAsync();
    }
}

public sealed record InvoiceWritten(string Id, long Version);

public sealed record AccountRenamed(string AccountId, long Version);

public sealed class Invoices() : Freshet.Catalog("invoices-team")
{
    public static readonly System.Collections.Concurrent.ConcurrentBag<long?> Asked = [];

    public static readonly Tag<string> InvoiceTag = new("invoice");
    public static readonly Tag<string> Account = new("account");

    public static readonly Event<InvoiceWritten> Written = new Event<InvoiceWritten>("invoice.written").Invalidates(InvoiceTag, e => e.Id, version: e => e.Version);
    public static readonly Event<AccountRenamed> Renamed = new Event<AccountRenamed>("account.renamed").Invalidates(Account, e => e.AccountId, version: e => e.Version);

    public static readonly CachedQuery<string, Value> Invoice = new CachedQuery<string, Value>("invoice", RiskLevel.High)
        .DependsOn(InvoiceTag, id => id)
        .FindsTags(Account)
        .VersionedBy(value => value.Version, of: InvoiceTag)
        .LoadWith(async (Source source, string id, LoadContext context, CancellationToken ct) =>
        {
            Asked.Add(context.MinimumVersion);
            var value = await source.ReadAsync(id, ct);
            context.AddTag(Account.For("acc-1"));
            return value;
        });
}

public sealed class WrongVersion() : Freshet.Catalog("wrong-team")
{
    public static readonly Tag<string> Thing = new("thing");
    public static readonly Tag<string> Owner = new("owner");

    public static readonly Event<ThingChanged> Changed = new Event<ThingChanged>("thing.changed").Invalidates(Thing, e => e.Id);

    public static readonly CachedQuery<string, Value> Wrong = new CachedQuery<string, Value>("wrong", RiskLevel.Low)
        .DependsOn(Thing, id => id)
        .VersionedBy(value => value.Version, of: Owner)
        .LoadWith((Source source, string id, CancellationToken ct) => source.ReadAsync(id, ct));
}
