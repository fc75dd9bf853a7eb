using System.Net;
using System.Security.Claims;
using System.Text;
using System.Text.Json.Nodes;
using Freshet.Tests;

namespace Freshet.AspNetCore.Tests.Stream;

public sealed record MoneyMoved(string From, string To);

public sealed record InvoiceMoved(string InvoiceId, string From, string To);

/// <summary>Events that concern two accounts at once, and a tag that nobody may hear of.</summary>
public sealed class Transfers() : Catalog(owner: "desk-team")
{
    public static readonly Tag<string> Secret = new("secret");
    public static readonly Tag<string, string> Seat = new Tag<string, string>("seat").HeardBy("account", null).HeardBy(null, "user");

    public static readonly Event<MoneyMoved> Moved = new Event<MoneyMoved>("money.moved")
        .Invalidates(Desk.Account, e => e.From).Invalidates(Desk.Account, e => e.To);

    public static readonly Event<InvoiceMoved> InvoiceMoved = new Event<InvoiceMoved>("invoice.moved")
        .Invalidates(Desk.InvoiceTag, e => e.InvoiceId).Invalidates(Desk.Account, e => e.From).Invalidates(Desk.Account, e => e.To);
}

/// <summary>An application with a stream, and people: the header <c>X-Person</c> holds their claims, <c>name=ann;account=acc_88</c>.</summary>
internal static class StreamApp
{
    public static Task<TestApp> StartAsync(Action<FreshetStreamOptions>? configure = null, Action<WebApplicationBuilder>? build = null, TestTimeProvider? time = null, Action<WebApplication>? map = null) =>
        TestApp.StartAsync(
            app =>
            {
                app.MapFreshetStream(configure: configure);
                app.MapReads();
                map?.Invoke(app);
            },
            builder =>
            {
                Wire.UseKey(builder);
                builder.Services.AddFreshet().Add<Transfers>();
                if (time is not null) builder.Services.AddSingleton<TimeProvider>(time);
                build?.Invoke(builder);
            },
            before: app => app.Use((http, next) =>
            {
                if (http.Request.Headers["X-Person"].ToString() is { Length: > 0 } text)
                {
                    var claims = text.Split(';').Select(pair => pair.Split('=', 2)).Select(pair => new Claim(pair[0] == "name" ? ClaimTypes.Name : pair[0], pair[1]));
                    http.User = new ClaimsPrincipal(new ClaimsIdentity(claims, http.Request.Headers.ContainsKey("X-Unproven") ? null : "test"));
                }
                return next(http);
            }));

    /// <summary>Writes as an endpoint would, under a user action.</summary>
    public static async Task ActAsync(this TestApp app, Action<IFreshet> write)
    {
        await using var action = app.Freshet.BeginUserAction("test");
        write(app.Freshet);
        await action.CompleteAsync();
    }

    public static Task PayAsync(this TestApp app, string invoice, string account) => app.ActAsync(freshet => freshet.Raise(new InvoicePaid(invoice, account)));
}

/// <summary>A frame as it stood on the wire.</summary>
internal sealed record Frame(string? Name, string? Id, JsonObject? Data)
{
    public long Position => long.Parse(Id!.Split('.')[0], System.Globalization.CultureInfo.InvariantCulture);

    public string[] Expire => Texts("expire");

    public string[] Stale => Texts("stale");

    public string[] Events => [.. Data!["events"]!.AsArray().Select(item => item!.ToJsonString())];

    public string? Reason => Data?["reason"]?.GetValue<string>();

    private string[] Texts(string member) => [.. Data![member]!.AsArray().Select(item => item!.GetValue<string>())];
}

/// <summary>A browser that follows, and keeps every byte it got.</summary>
internal sealed class Follower : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;
    private readonly StringBuilder _raw = new();

    private Follower(HttpResponseMessage response, StreamReader reader)
    {
        _response = response;
        _reader = reader;
    }

    /// <summary>Everything received so far.</summary>
    public string Raw => _raw.ToString();

    public HttpResponseMessage Response => _response;

    public static async Task<HttpResponseMessage> AskAsync(TestApp app, string? person = null, string? lastEventId = null, string? after = null, bool unproven = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/freshet/stream{(after is null ? "" : $"?after={after}")}");
        if (person is not null) request.Headers.Add("X-Person", person);
        if (unproven) request.Headers.Add("X-Unproven", "1");
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        return await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Connects, and reads hello.</summary>
    public static async Task<(Follower Follower, Frame Hello)> JoinAsync(TestApp app, string? person = null, string? lastEventId = null, string? after = null, bool unproven = false)
    {
        var response = await AskAsync(app, person, lastEventId, after, unproven);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var follower = new Follower(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
        var hello = (await follower.NextAsync()).ShouldNotBeNull();
        hello.Name.ShouldBe("hello");
        return (follower, hello);
    }

    /// <summary>The next frame or comment; null when the stream has ended.</summary>
    public async Task<Frame?> NextAsync()
    {
        string? name = null, id = null, data = null;
        while (await ReadLineAsync() is { } line)
        {
            if (line.Length == 0) return new Frame(name, id, data is null ? null : JsonNode.Parse(data)!.AsObject());
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
        }
        return null;
    }

    public async Task<Frame> ExpectAsync(string name)
    {
        var frame = (await NextAsync()).ShouldNotBeNull();
        frame.Name.ShouldBe(name);
        return frame;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }

    private async Task<string?> ReadLineAsync()
    {
        var line = await _reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)); // fails rather than hangs
        if (line is not null) _raw.Append(line).Append('\n');
        return line;
    }
}
