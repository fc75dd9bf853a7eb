using System.Globalization;

namespace BillingDesk.Tests.Scenarios;

/// <summary>S15 and S16 on one node.</summary>
public sealed class ReadYourWritesTests
{
    private const int Tries = 10_000;
    private const int Writers = 8;

    [Fact]
    public async Task S15_AReadWithTheTokenShowsTheWriteEveryTimeInTenThousandTries()
    {
        await using var desk = await DeskHost.StartAsync();
        using var done = new CancellationTokenSource();
        // Others read the same profiles without pause, so that loads are running and entries landing at any moment.
        var onlookers = Enumerable.Range(1, 2).Select(_ => Task.Run(() => OnlookAsync(desk, done.Token))).ToArray();

        var wrong = await Task.WhenAll(Enumerable.Range(1, Writers).Select(writer => Task.Run(() => WriteAndReadAsync(desk, $"user_{writer}"))));
        await done.CancelAsync();
        await Task.WhenAll(onlookers);

        wrong.ShouldAllBe(count => count == 0);
        desk.Position.ShouldBe(Tries);
    }

    [Fact]
    public async Task S16_AReadWithoutTheTokenFromAnotherDeviceKeepsTheBoundOfItsLevel()
    {
        await using var desk = await DeskHost.StartAsync();
        using var otherDevice = desk.Client();
        string[] paths = [Panels.Summary("acc_88"), Panels.Profile("user_88"), Panels.Recommendations("acc_88")]; // high, medium, low
        await desk.WarmAsync(paths);

        await desk.WriteAsync(HttpMethod.Post, "/api/accounts/acc_88/plan", new { planId = "plan_scale" });
        await desk.WriteAsync(HttpMethod.Put, Panels.Profile("user_88"), new { name = "Anew" });

        // One process is always at the head of its log, so the bounds (0, 2 s, 60 s behind a finished write) all come to 0. The clock stands still.
        (await desk.ReadAsync<AccountSummary>(paths[0], client: otherDevice)).Value.PlanName.ShouldBe("Scale");
        (await desk.ReadAsync<UserProfile>(paths[1], client: otherDevice)).Value.Name.ShouldBe("Anew");
        (await desk.ReadAsync<List<Recommendation>>(paths[2], client: otherDevice)).Value.ShouldContain(row => row.Title == "Book your training day");
    }

    [Fact]
    public async Task ATokenTurnsAStaleAnswerIntoAFreshOne()
    {
        await using var desk = await DeskHost.StartAsync();
        await desk.WarmAsync(Panels.Profile("user_88"), Panels.Profile("user_1"));
        foreach (var user in (string[])["user_88", "user_1"])
            await desk.WriteAsync(HttpMethod.Post, "/hooks/identity", new { userId = user, name = "Told" }, headers: ("X-Hook-Secret", DeskHost.HookSecret));
        var token = (await desk.WriteAsync(HttpMethod.Put, "/api/site/footer", new { text = "anything" })).Token;

        var with = await desk.ReadAsync<UserProfile>(Panels.Profile("user_88"), token);
        var without = await desk.ReadAsync<UserProfile>(Panels.Profile("user_1"));

        (with.Value.Name, with.Result).ShouldBe(("Told", "miss"));
        without.Value.Name.ShouldNotBe("Told");
        desk.Meter.Tokens("verified").ShouldBe(1);
    }

    private static async Task<int> WriteAndReadAsync(DeskHost desk, string user)
    {
        var wrong = 0;
        for (var i = 0; i < Tries / Writers; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"Name {i}");
            using var put = await desk.Http.PutAsJsonAsync(Panels.Profile(user), new { name });
            put.EnsureSuccessStatusCode();
            using var get = new HttpRequestMessage(HttpMethod.Get, Panels.Profile(user));
            get.Headers.Add("Freshness-Token", put.Headers.GetValues("Freshness-Token"));
            using var response = await desk.Http.SendAsync(get);
            var profile = await response.Content.ReadFromJsonAsync<UserProfile>();
            if (profile!.Name != name || response.Headers.Contains("Freshness-Satisfied")) wrong++;
        }
        return wrong;
    }

    private static async Task OnlookAsync(DeskHost desk, CancellationToken done)
    {
        for (var i = 0; !done.IsCancellationRequested; i++)
        {
            using var response = await desk.Http.GetAsync(Panels.Profile($"user_{(i % Writers) + 1}"), CancellationToken.None);
            response.EnsureSuccessStatusCode();
        }
    }
}
