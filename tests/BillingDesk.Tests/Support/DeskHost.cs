using System.Text.Json;
using BillingDesk.Server;
using Dapper;
using Freshet;
using Freshet.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BillingDesk.Tests;

/// <summary>The sample's own host on Kestrel, on a port of 127.0.0.1, with a database of its own and a clock that moves only when told.</summary>
internal sealed class DeskHost : IAsyncDisposable
{
    public const string HookSecret = "a secret of the tests";

    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder;

    private DeskHost(WebApplication app, DirectoryInfo folder, TestTimeProvider time, CollectedLines lines)
    {
        _app = app;
        _folder = folder;
        Time = time;
        Lines = lines;
        Http = Client();
        Meter = new FreshetMeterReader(app.Services);
    }

    /// <summary>Follows no redirect and keeps no cookie.</summary>
    public HttpClient Http { get; }

    public FreshetMeterReader Meter { get; }

    public TestTimeProvider Time { get; }

    public CollectedLines Lines { get; }

    public IServiceProvider Services => _app.Services;

    public IFreshet Freshet => Services.GetRequiredService<IFreshet>();

    public long Position => Freshet.Log.Position.Position;

    /// <summary>Starts the desk.</summary>
    /// <param name="configure">Changes the host before it is built.</param>
    /// <param name="map">Adds endpoints of the test.</param>
    /// <param name="arguments">The command line.</param>
    public static async Task<DeskHost> StartAsync(
        Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("billing-desk-");
        var path = Path.Combine(folder.FullName, "desk.db");
        Data.Tests.SeededFile.CopyTo(path);
        var time = new TestTimeProvider();
        var lines = new CollectedLines();
        var start = StartOptions.From(
        [
            "--urls", "http://127.0.0.1:0", "--BillingDesk:Database", path, "--BillingDesk:IdentityHookSecret", HookSecret,
            "--BillingDesk:Page", folder.FullName, "--BillingDesk:UsageRollUpEvery", "00:00:00", "--BillingDesk:NightlyAt", "never", .. arguments,
        ]);
        WebApplication? app = null;
        try
        {
            app = BillingDeskApp.Build(start, builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(time);
                builder.Logging.ClearProviders().AddProvider(lines);
                configure?.Invoke(builder);
            });
            map?.Invoke(app);
            await BillingDeskApp.PrepareAsync(app, start);
            await app.StartAsync();
            return new DeskHost(app, folder, time, lines);
        }
        catch
        {
            if (app is not null) await app.DisposeAsync();
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>A browser: follows redirects, keeps cookies, runs no script.</summary>
    public HttpClient Browser() => Client(new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = true });

    public HttpClient Client(SocketsHttpHandler? handler = null) =>
        new(handler ?? new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(_app.Urls.First()) };

    /// <summary>Reads, and tells where the answer came from.</summary>
    public async Task<Reading<T>> ReadAsync<T>(string path, string? token = null, HttpClient? client = null)
    {
        var before = Meter.Requests();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null) request.Headers.Add("Freshness-Token", token);
        using var response = await (client ?? Http).SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        var value = (await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web))!;
        return new Reading<T>(value, string.Join(", ", FreshetMeterReader.Since(before, Meter.Requests())), response.Headers);
    }

    /// <summary>Gets a page or JSON as text, and tells where the cached queries it was made from came from: "miss" when one was loaded.</summary>
    public async Task<(string Body, string Result)> GetAsync(string path)
    {
        var before = Meter.Requests();
        using var response = await Http.GetAsync(path);
        response.EnsureSuccessStatusCode();
        var body = await response.Content.ReadAsStringAsync();
        // A page that is stored reads nothing; whether it was rendered it says itself.
        if (response.Headers.TryGetValues("Cache-Status", out var status)) return (body, status.Single().Contains("; hit", StringComparison.Ordinal) ? "hit" : "miss");
        var results = FreshetMeterReader.Since(before, Meter.Requests()).Distinct().ToArray();
        return (body, results.Contains("miss") ? "miss" : string.Join(", ", results));
    }

    /// <summary>Writes, and tells what that did to the log and to the cache.</summary>
    public async Task<Written> WriteAsync(
        HttpMethod method, string path, object? body = null, HttpClient? client = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body, options: JsonSerializerOptions.Web);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);

        var (position, loads) = (Position, Meter.Loads);
        using var response = await (client ?? Http).SendAsync(request);
        return new Written(response, await response.Content.ReadAsStringAsync(), await RecordsAsync(position), Meter.Loads - loads);
    }

    /// <summary>The records after a position, up to where the log stands; without holds and releases, which invalidate nothing.</summary>
    public async Task<IReadOnlyList<LogRecord>> RecordsAsync(long after)
    {
        var head = Position;
        var records = new List<LogRecord>();
        if (head == after) return records;
        await foreach (var record in Freshet.Log.FollowAsync(after))
        {
            if (record.Invalidations.Count > 0) records.Add(record);
            if (record.Position == head) break;
        }
        return records;
    }

    /// <summary>Waits for the next record after a position that invalidates something: for those that no request of the test appends.</summary>
    public async Task<LogRecord> NextRecordAsync(long after)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var record in Freshet.Log.FollowAsync(after, patience.Token))
        {
            if (record.Invalidations.Count > 0) return record;
        }
        throw new InvalidOperationException("The log ended.");
    }

    /// <summary>Changes the database without telling anybody: what a write would leave behind whose invalidation was lost.</summary>
    public async Task WriteBehindTheBackAsync(string sql)
    {
        await using var connection = await Services.GetRequiredService<BillingDeskDatabase>().OpenAsync();
        await connection.ExecuteAsync(sql);
    }

    public async ValueTask DisposeAsync()
    {
        Meter.Dispose();
        await _app.StopAsync();
        Http.Dispose();
        await _app.DisposeAsync(); // closes the pooled connections, so the folder can go
        _folder.Delete(recursive: true);
    }
}
