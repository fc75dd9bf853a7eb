using System.Net;
using BillingDesk.Data;
using Npgsql;

namespace BillingDesk.Processes.Tests;

/// <summary>A web node of the desk is killed in the middle of a payment. Another node, which shares its database and its log, is asked all along.</summary>
public sealed class CrashTests
{
    private const string Invoice = SampleIds.ShowcaseInvoice;

    // The commit waits for whoever has this lock: so the test knows that a payment is written, and not committed yet.
    private const string StandBeforeTheCommit = """
        CREATE FUNCTION stand() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(28); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER stand AFTER INSERT ON freshet_outbox DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stand();
        """;

    [Fact]
    public async Task S28_AWebNodeThatDiesBetweenItsCommitAndItsAppendIsRepairedByAnother()
    {
        await using var desk = await DeskInProcesses.StartAsync();
        var dying = await desk.AddWebAsync("dying", "--Freshet:Outbox:LookUpTimeout", "00:01:00");
        var other = await desk.AddWebAsync("other");
        (await DetailAsync(other)).PaidAt.ShouldBeNull();
        (await IsFoundPaidAsync(other)).ShouldBeFalse();
        await using (var command = desk.Database.CreateCommand(StandBeforeTheCommit)) await command.ExecuteNonQueryAsync();

        await using var gate = await LockAsync(desk, "SELECT pg_advisory_xact_lock(28)");
        var paying = dying.Http.PostAsync($"/api/invoices/{Invoice}/pay", content: null);
        await desk.UntilAsync("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 28 AND NOT granted");
        (await DetailAsync(other)).PaidAt.ShouldBeNull("it is not committed");

        // Whoever wants to know what is committed has to wait for this lock, which comes when the payment's own is gone: with its commit.
        var locking = LockAsync(desk, "LOCK TABLE freshet_outbox IN ACCESS EXCLUSIVE MODE");
        await desk.UntilAsync("SELECT count(*) FROM pg_locks WHERE relation = 'freshet_outbox'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted");
        await gate.DisposeAsync();
        await using (await locking)
        {
            (await DetailAsync(other)).PaidAt.ShouldNotBeNull("it is held: a high query is never older than the last commit");
            (await IsFoundPaidAsync(other)).ShouldBeFalse("nothing is appended yet");
            paying.IsCompleted.ShouldBeFalse();
            await dying.KillAsync();
        }
        await Should.ThrowAsync<HttpRequestException>(() => paying);

        (await DetailAsync(other)).PaidAt.ShouldNotBeNull();
        await DeskInProcesses.UntilAsync(() => IsFoundPaidAsync(other), "the other node's relay appends it");
        await desk.UntilAsync("SELECT count(*) FROM freshet_outbox WHERE appended_at IS NOT NULL AND event = 'invoice.paid'");
        (await desk.CountAsync("SELECT count(*) FROM freshet_outbox")).ShouldBe(1, "one payment, one row");
        (await other.Http.PostAsync($"/api/invoices/{Invoice}/pay", content: null)).StatusCode.ShouldBe(HttpStatusCode.Conflict, "it is paid");
    }

    private static async Task<InvoiceDetail> DetailAsync(DeskProcess node) => await DeskInProcesses.ReadAsync<InvoiceDetail>(node, $"/api/invoices/{Invoice}");

    /// <summary>A medium query: it may be old until it is told.</summary>
    private static async Task<bool> IsFoundPaidAsync(DeskProcess node)
    {
        var found = await DeskInProcesses.ReadAsync<InvoiceRow[]>(node, $"/api/accounts/{SampleIds.Showcase}/invoices/search?q=BD");
        return found.Single(row => row.Id == Invoice).PaidAt is not null;
    }

    /// <summary>Takes a lock, and keeps it until it is disposed.</summary>
    private static async Task<NpgsqlConnection> LockAsync(DeskInProcesses desk, string sql)
    {
        var connection = await desk.Database.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"BEGIN; {sql}";
        await command.ExecuteNonQueryAsync();
        return connection; // back in the pool, its transaction is rolled back
    }
}
