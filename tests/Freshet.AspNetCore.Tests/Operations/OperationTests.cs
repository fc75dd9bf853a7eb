using System.Net;
using System.Text.Json.Nodes;
using Freshet.Tests;
using Freshet.Tests.Operations;

namespace Freshet.AspNetCore.Tests.Operations;

public sealed record Settle(string InvoiceId);

/// <summary>S22: an operation answers accepted, then processing, then completed, and only the last one carries events.</summary>
public sealed class OperationTests
{
    private static readonly OperationKind<Settle, Invoice> _settle = new("invoice-settle");

    [Fact]
    public async Task S22_an_operation_answers_accepted_then_processing_then_completed_and_only_the_last_one_carries_events()
    {
        var gate = new Gate();
        await using var desk = await Settlements.StartAsync(async (run, services, ct) =>
        {
            await gate.PassAsync(ct);
            await Settlements.SettleAsync(run, services, ct);
        });
        (await desk.ReadAsync()).ShouldBe("open");

        var accepted = await desk.PostAsync("ada");
        var location = accepted.Headers.Location!.ToString();
        var waiting = await desk.AskAsync(location, "ada");
        await desk.PollAsync();
        await gate.Reached;
        var processing = await desk.AskAsync(location, "ada");
        (await desk.ReadAsync()).ShouldBe("open");
        gate.Open();
        var completed = await desk.WhenAsync(location, "ada", "completed");

        location.ShouldStartWith("/operations/");
        foreach (var (answer, status) in new[] { (accepted, "accepted"), (waiting, "accepted"), (processing, "processing") })
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            answer.Headers.Location!.ToString().ShouldBe(location);
            var json = await answer.JsonAsync();
            json["status"]!.GetValue<string>().ShouldBe(status);
            json["data"]!["id"]!.GetValue<string>().ShouldBe(location.Split('/')[^1]);
            json["freshness_events"]!.AsArray().ShouldBeEmpty();
            json.ContainsKey("freshness_token").ShouldBeFalse();
            answer.Header(FreshnessHeaders.Events).ShouldBeNull();
            answer.Header(FreshnessHeaders.Tags).ShouldBeNull();
        }
        foreach (var answer in new[] { waiting, processing }) answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        foreach (var answer in new[] { waiting, processing, completed }) answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        completed.StatusCode.ShouldBe(HttpStatusCode.OK);
        var done = await completed.JsonAsync();
        done["data"]!.ToJsonString().ShouldBe("""{"id":"inv_1","status":"paid","version":2}""");
        done["freshness_events"]!.ToJsonString().ShouldBe("""[{"type":"invoice.paid","invoiceId":"inv_1","accountId":"acc_88"}]""");
        var token = done["freshness_token"]!.GetValue<string>();
        completed.Header(FreshnessHeaders.Token).ShouldBe(token);
        completed.Header(FreshnessHeaders.Position).ShouldBe("1-1");
        completed.Hashes().Order().ShouldBe(new[] { Wire.Hash(Desk.InvoiceTag.For("inv_1")), Wire.Hash(Desk.Account.For("acc_88")) }.Order());
        JsonNode.Parse(completed.Header(FreshnessHeaders.Events)!)!.AsArray().ShouldHaveSingleItem();
        // Every panel follows: with the token, and without.
        var read = await desk.App.Client.ReadAsync("/invoices/inv_1", token);
        (await read.JsonAsync())["status"]!.GetValue<string>().ShouldBe("paid");
        read.Header(FreshnessHeaders.Satisfied).ShouldBeNull();
        completed.Header(FreshnessHeaders.Epoch).ShouldBe(read.Header(FreshnessHeaders.Epoch).ShouldNotBeNull());
        (await desk.ReadAsync()).ShouldBe("paid");
    }

    [Fact]
    public async Task Nobody_but_its_owner_is_told_that_there_is_one()
    {
        await using var desk = await Settlements.StartAsync(Settlements.SettleAsync);
        var location = (await desk.PostAsync("ada")).Headers.Location!.ToString();

        var others = await desk.AskAsync(location, "grace");
        var anonymous = await desk.AskAsync(location, null);
        var none = await desk.AskAsync($"/operations/{RecordId.Next()}", "ada");
        var nonsense = await desk.AskAsync("/operations/1", "ada");

        (await desk.AskAsync(location, "ada")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        foreach (var answer in new[] { others, anonymous, none, nonsense })
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
            (await answer.JsonAsync())["code"]!.GetValue<string>().ShouldBe("unknown-operation");
        }
        (await others.Content.ReadAsStringAsync()).Split("traceId")[0].ShouldBe((await none.Content.ReadAsStringAsync()).Split("traceId")[0]);
    }

    [Fact]
    public async Task One_that_nobody_in_particular_asked_for_is_shown_to_who_knows_its_id()
    {
        await using var desk = await Settlements.StartAsync(Settlements.SettleAsync);

        var location = (await desk.PostAsync(null)).Headers.Location!.ToString();

        (await desk.AskAsync(location, null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await desk.AskAsync(location, "ada")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task An_application_may_decide_who_sees_one()
    {
        await using var desk = await Settlements.StartAsync(Settlements.SettleAsync, mayRead: (http, operation) => operation.Kind == "invoice-settle" && http.User.Identity?.Name == "auditor");
        var location = (await desk.PostAsync("ada")).Headers.Location!.ToString();

        (await desk.AskAsync(location, "auditor")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await desk.AskAsync(location, "ada")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_is_read_to_decide_who_sees_one_is_not_told_as_the_freshness_of_the_answer()
    {
        await using var desk = await Settlements.StartAsync(
            Settlements.SettleAsync,
            mayRead: (http, _) => http.RequestServices.GetRequiredService<IFreshet>().ReadAsync(Desk.AccountName, "acc_88").AsTask().GetAwaiter().GetResult() is not null);
        var location = (await desk.PostAsync("ada")).Headers.Location!.ToString();

        var answer = await desk.AskAsync(location, "ada");

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        answer.Header(FreshnessHeaders.Tags).ShouldBeNull();
        answer.Header(FreshnessHeaders.Position).ShouldBeNull();
    }

    [Fact]
    public async Task Its_events_are_what_was_raised_each_under_its_own_name_and_calls_without_an_event_are_none()
    {
        await using var desk = await Settlements.StartAsync(async (run, services, ct) =>
        {
            var freshet = services.GetRequiredService<IFreshet>();
            freshet.RevalidateTag(Desk.PlanList.For("all"), Expire.Now);
            freshet.Raise(new FileAdded("acc_88", "pdf"));
            await Settlements.SettleAsync(run, services, ct);
        });
        var location = (await desk.PostAsync("ada")).Headers.Location!.ToString();
        await desk.PollAsync();

        var completed = await desk.WhenAsync(location, "ada", "completed");

        (await completed.JsonAsync())["freshness_events"]!.AsArray().Select(told => told!["type"]!.GetValue<string>()).ShouldBe(["file.added", "invoice.paid"], ignoreOrder: true);
    }

    [Fact]
    public async Task Where_Freshet_is_not_added_there_is_no_place_to_ask()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();

        Should.Throw<InvalidOperationException>(() => app.MapOperations()).Message.ShouldContain("AddFreshet()");
    }

    [Fact]
    public async Task One_that_failed_says_why_and_has_no_events()
    {
        await using var desk = await Settlements.StartAsync((_, services, _) =>
        {
            services.GetRequiredService<IFreshet>().Raise(new PlanListed("pro"));
            throw new OperationFailedException("card-declined", "The card was declined.");
        });
        var location = (await desk.PostAsync("ada")).Headers.Location!.ToString();
        await desk.PollAsync();

        var failed = await desk.WhenAsync(location, "ada", "failed");

        failed.StatusCode.ShouldBe(HttpStatusCode.OK);
        var json = await failed.JsonAsync();
        json["data"].ShouldBeNull();
        json["problem"]!.ToJsonString().ShouldBe("""{"title":"The operation failed","detail":"The card was declined.","code":"card-declined"}""");
        json["freshness_events"]!.AsArray().ShouldBeEmpty();
        failed.Header(FreshnessHeaders.Events).ShouldBeNull();
    }

    [Fact]
    public async Task A_committed_one_stays_processing_until_other_nodes_can_know_of_it()
    {
        await using var desk = await Settlements.StartAsync(Settlements.SettleAsync);
        desk.Database.LosesNotes = true;
        var location = (await desk.PostAsync("ada")).Headers.Location!.ToString();
        await desk.PollAsync();
        var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
        while (desk.Database.Noted.IsEmpty && !watchdog.IsCompleted) await Task.Yield();

        var committed = await desk.AskAsync(location, "ada");
        desk.Database.LosesNotes = false;
        desk.Database.NoteAppended([.. desk.Database.Noted]);

        var json = await committed.JsonAsync();
        json["status"]!.GetValue<string>().ShouldBe("processing");
        json["freshness_events"]!.AsArray().ShouldBeEmpty();
        committed.Header(FreshnessHeaders.Events).ShouldBeNull();
        (await desk.WhenAsync(location, "ada", "completed")).Header(FreshnessHeaders.Token).ShouldNotBeNull();
    }

    [Fact]
    public async Task Without_a_place_to_ask_the_answer_goes_out_all_the_same_and_the_log_says_so_once()
    {
        await using var desk = await Settlements.StartAsync(Settlements.SettleAsync, maps: false);

        var first = await desk.PostAsync("ada");
        await desk.PostAsync("ada");

        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        first.Headers.Location.ShouldBeNull();
        (await first.JsonAsync())["status"]!.GetValue<string>().ShouldBe("accepted");
        desk.App.Log.Of(2008).ShouldHaveSingleItem().Text.ShouldContain("app.MapOperations()");
    }

    [Fact]
    public async Task An_endpoint_that_accepted_is_not_warned_that_it_raised_nothing()
    {
        await using var desk = await Settlements.StartAsync(Settlements.SettleAsync);

        await desk.PostAsync("ada");

        desk.App.Log.Of(2005).ShouldBeEmpty();
    }

    public sealed record FileAdded(string AccountId, string Type);

    private sealed class Files() : Catalog("files-team")
    {
        public static readonly Event<FileAdded> Added = new Event<FileAdded>("file.added").Invalidates(Desk.Account, e => e.AccountId);
    }

    /// <summary>An application that settles invoices in the background.</summary>
    private sealed class Settlements(TestApp app, MemoryOutbox database, TestTimeProvider time) : IAsyncDisposable
    {
        public TestApp App => app;

        public MemoryOutbox Database => database;

        public static async Task<Settlements> StartAsync(
            Func<OperationRun<Settle, Invoice>, IServiceProvider, CancellationToken, Task> work, Func<HttpContext, Operation, bool>? mayRead = null, bool maps = true)
        {
            var (database, time) = (new MemoryOutbox(), new TestTimeProvider());
            var app = await TestApp.StartAsync(
                app =>
                {
                    app.MapReads();
                    app.MapPost("/invoices/{id}/settle", async (string id, IOperations operations) =>
                    {
                        using var transaction = await database.BeginAsync();
                        var operation = await operations.AcceptAsync(transaction, _settle, new Settle(id));
                        transaction.Commit();
                        return operation.Accepted();
                    }).Raises<InvoicePaid>();
                    if (maps) app.MapOperations(mayRead: mayRead);
                },
                builder =>
                {
                    Wire.UseKey(builder);
                    builder.AddOperators();
                    builder.Services.AddSingleton(database).AddSingleton<IOutbox>(database).AddSingleton<TimeProvider>(time);
                    builder.Services.AddSingleton<IOperationStore>(new MemoryOperations(database, time));
                    builder.Services.AddFreshet().Add<Files>().RunOperation(_settle, (IServiceProvider services, OperationRun<Settle, Invoice> run, CancellationToken ct) => work(run, services, ct));
                },
                before: app => app.UseAuthentication());
            return new Settlements(app, database, time);
        }

        /// <summary>A worker's everyday work: write, event and completion in one transaction.</summary>
        public static async Task SettleAsync(OperationRun<Settle, Invoice> run, IServiceProvider services, CancellationToken ct)
        {
            var (database, ledger) = (services.GetRequiredService<MemoryOutbox>(), services.GetRequiredService<Ledger>());
            using var transaction = await database.BeginAsync();
            transaction.Write(() => ledger.Pay(run.Input.InvoiceId));
            services.GetRequiredService<IFreshet>().Raise(new InvoicePaid(run.Input.InvoiceId, "acc_88"));
            await run.CompleteAsync(transaction, ledger[run.Input.InvoiceId] with { Status = "paid", Version = 2 }, ct);
            transaction.Commit();
        }

        public async Task<string> ReadAsync() => (await (await app.Client.ReadAsync("/invoices/inv_1")).JsonAsync())["status"]!.GetValue<string>();

        public Task<HttpResponseMessage> PostAsync(string? who) => SendAsync(HttpMethod.Post, "/invoices/inv_1/settle", who);

        public Task<HttpResponseMessage> AskAsync(string location, string? who) => SendAsync(HttpMethod.Get, location, who);

        /// <summary>Lets the worker look once more.</summary>
        public async Task PollAsync()
        {
            await time.WhenTimerSetAsync(TimeSpan.FromMilliseconds(500));
            time.Advance(TimeSpan.FromMilliseconds(500));
        }

        public async Task<HttpResponseMessage> WhenAsync(string location, string? who, string status)
        {
            var watchdog = Task.Delay(TimeSpan.FromSeconds(30));
            while (true)
            {
                var answer = await AskAsync(location, who);
                if ((await answer.JsonAsync())["status"]!.GetValue<string>() == status) return answer;
                if (watchdog.IsCompleted) throw new TimeoutException($"The operation never became {status}.");
            }
        }

        public async ValueTask DisposeAsync()
        {
            await app.DisposeAsync();
            database.Dispose();
        }

        private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? who)
        {
            using var request = new HttpRequestMessage(method, path);
            if (who is not null) request.Headers.Add("X-Operator", who);
            return await app.Client.SendAsync(request);
        }
    }
}
