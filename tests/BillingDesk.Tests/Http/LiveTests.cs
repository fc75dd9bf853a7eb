using System.Text.Json.Nodes;

namespace BillingDesk.Tests.Http;

/// <summary>The live strip.</summary>
public sealed class LiveTests
{
    private static readonly string[] _paid = [$"invoice:{SampleIds.ShowcaseInvoice}", $"account-invoices:{SampleIds.Showcase}"];

    [Fact]
    public async Task ItBeginsWithHelloAndTellsEachRecordAsItHappens()
    {
        await using var desk = await DeskHost.StartAsync();
        await FooterAsync(desk);
        using var stream = await EventStream.OpenAsync(desk);
        (await stream.ExpectAsync("hello", 1))["position"]!.GetValue<long>().ShouldBe(1);

        await desk.WriteAsync(HttpMethod.Post, $"/api/invoices/{SampleIds.ShowcaseInvoice}/pay");
        await desk.WriteAsync(HttpMethod.Post, "/hooks/identity", new { userId = "user_88", name = "Told" }, headers: ("X-Hook-Secret", DeskHost.HookSecret));

        var paid = await stream.ExpectAsync("invalidation", 3); // behind its hold, which the strip does not show
        paid.AsObject().Select(member => member.Key).ShouldBe(["position", "at", "trigger", "call", "event", "tags", "kind"]);
        (Text(paid, "trigger"), Text(paid, "call"), Text(paid, "event"), Text(paid, "kind")).ShouldBe(("UserAction", "Raise", "invoice.paid", "expire"));
        paid["tags"]!.AsArray().Select(tag => tag!.GetValue<string>()).ShouldBe(_paid);
        paid["position"]!.GetValue<long>().ShouldBe(3);
        paid["at"]!.GetValue<DateTimeOffset>().ShouldBe(desk.Time.GetUtcNow());
        var told = await stream.ExpectAsync("invalidation", 4);
        (Text(told, "trigger"), Text(told, "call"), told["event"], Text(told, "kind")).ShouldBe(("Webhook", "RevalidateTag", null, "stale"));
    }

    [Fact]
    public async Task ItResumesAfterTheLastEventId()
    {
        await using var desk = await DeskHost.StartAsync();
        for (var i = 0; i < 3; i++) await FooterAsync(desk);

        using var stream = await EventStream.OpenAsync(desk, lastEventId: "1");

        (await stream.ExpectAsync("hello", 1))["position"]!.GetValue<long>().ShouldBe(3);
        await stream.ExpectAsync("invalidation", 2);
        await stream.ExpectAsync("invalidation", 3);
        await FooterAsync(desk);
        await stream.ExpectAsync("invalidation", 4);
    }

    [Fact]
    public async Task BeyondRetentionItSaysResetAndGoesOnFromTheHead()
    {
        await using var desk = await DeskHost.StartAsync(arguments: ["--Freshet:LogRetention", "2"]);
        for (var i = 0; i < 4; i++) await FooterAsync(desk);

        using var stream = await EventStream.OpenAsync(desk, lastEventId: "1");

        await stream.ExpectAsync("hello", 1);
        (await stream.ExpectAsync("reset", 4))["position"]!.GetValue<long>().ShouldBe(4);
        await FooterAsync(desk);
        await stream.ExpectAsync("invalidation", 5);
    }

    [Fact]
    public async Task AfterARestartThatLostTheLogItSaysResetInsteadOfWaitingForPositionsThatMayNeverCome()
    {
        await using var desk = await DeskHost.StartAsync();
        using var stream = await EventStream.OpenAsync(desk, lastEventId: "500");

        (await stream.ExpectAsync("hello", 500))["position"]!.GetValue<long>().ShouldBe(0);
        await stream.ExpectAsync("reset", 0);
        await FooterAsync(desk);
        await stream.ExpectAsync("invalidation", 1);
    }

    [Fact]
    public async Task WhileNothingHappensItBeatsEvery15Seconds()
    {
        await using var desk = await DeskHost.StartAsync();
        using var stream = await EventStream.OpenAsync(desk);
        await stream.ExpectAsync("hello", 0);

        for (var i = 0; i < 2; i++)
        {
            desk.Time.Advance(TimeSpan.FromSeconds(15));
            (await stream.NextAsync()).ShouldBe(new StreamedEvent(null, null, null));
        }
    }

    [Fact]
    public async Task ItDoesNotHoldTheServerUp()
    {
        var desk = await DeskHost.StartAsync();
        using var stream = await EventStream.OpenAsync(desk);
        await stream.ExpectAsync("hello", 0);

        await desk.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)); // Kestrel would give an open request 30 seconds

        (await stream.NextAsync()).ShouldBeNull();
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    public async Task AnIdThatIsNoPositionIs400(string id)
    {
        await using var desk = await DeskHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/live");
        request.Headers.Add("Last-Event-ID", id);
        using var response = await desk.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static Task<Written> FooterAsync(DeskHost desk) => desk.WriteAsync(HttpMethod.Put, "/api/site/footer", new { text = "x" });

    private static string? Text(JsonNode node, string member) => node[member]?.GetValue<string>();
}
