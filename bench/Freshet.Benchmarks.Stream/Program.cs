using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Claims;
using System.Text;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

// Idle subscribers of one node: what each holds, and what a record costs that all of them hear, or one.
const int Subscribers = 2_000;
const int Records = 50;

var builder = WebApplication.CreateBuilder();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.ClearProviders();
builder.Services.AddFreshet().Add<Prices>();
var app = builder.Build();
app.Use((http, next) =>
{
    http.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("account", http.Request.Query["account"]!)], "bench"));
    return next(http);
});
app.UseFreshet();
app.MapFreshetStream(configure: options => (options.MaxPerAddress, options.Heartbeat) = (Subscribers + 1, TimeSpan.FromMinutes(5)));
await app.StartAsync();
var port = new Uri(app.Urls.First()).Port;
var freshet = app.Services.GetRequiredService<IFreshet>();

using (Connect(0)) { } // what is made once
var before = GC.GetTotalMemory(forceFullCollection: true);
var processBefore = Resident();
var sockets = new Socket[Subscribers];
for (var i = 0; i < Subscribers; i++) sockets[i] = Connect(i);
await Task.Delay(2_000);
var managed = GC.GetTotalMemory(forceFullCollection: true) - before;
Console.WriteLine($"{Subscribers:N0} idle subscribers, each with an account of its own, their sockets at both ends in this process:");
Console.WriteLine($"  managed bytes each     {managed / Subscribers:N0}");
Console.WriteLine($"  resident bytes each    {(Resident() - processBefore) / Subscribers:N0}");
await MeasureAsync("a record that everybody hears", Subscribers, () => freshet.UpdateTag(Prices.List.For("all")));
await MeasureAsync("a record that one hears", 1, () => freshet.UpdateTag(Prices.Account.For("acc_7")));
await MeasureAsync("a record that nobody hears", 0, () => freshet.UpdateTag(Prices.Account.For("acc_nobody")));
foreach (var socket in sockets) socket.Dispose();
await app.DisposeAsync();

Socket Connect(int number)
{
    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    socket.Connect("127.0.0.1", port);
    socket.Send(Encoding.ASCII.GetBytes($"GET /freshet/stream?account=acc_{number} HTTP/1.1\r\nHost: x\r\n\r\n"));
    Until(socket, "event: hello");
    return socket;
}

static void Until(Socket socket, string text)
{
    Span<byte> buffer = stackalloc byte[4096];
    for (var read = ""; !read.Contains(text, StringComparison.Ordinal);) read += Encoding.UTF8.GetString(buffer[..socket.Receive(buffer)]);
}

async Task MeasureAsync(string what, int hearers, Action write)
{
    var process = Process.GetCurrentProcess();
    var (cpu, allocated, times) = (process.TotalProcessorTime, GC.GetTotalAllocatedBytes(), new List<double>());
    for (var i = 0; i < Records; i++)
    {
        var started = Stopwatch.GetTimestamp();
        await using (var action = freshet.BeginUserAction("bench"))
        {
            write();
            await action.CompleteAsync();
        }
        if (hearers == Subscribers) foreach (var socket in sockets) Until(socket, "event: freshness");
        else if (hearers == 1) Until(sockets[7], "event: freshness");
        else await Task.Delay(5);
        times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }
    process.Refresh();
    times.Sort();
    var spent = (process.TotalProcessorTime - cpu).TotalMicroseconds / Records;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"  {what,-32} {times[Records / 2]:F2} ms until the last has it (median), {spent:F0} us of processor time a record, both ends; {(GC.GetTotalAllocatedBytes() - allocated) / Records:N0} bytes allocated"));
}

static long Resident()
{
    var process = Process.GetCurrentProcess();
    process.Refresh();
    return process.WorkingSet64;
}

internal sealed class Prices() : Catalog(owner: "bench")
{
    public static readonly Tag<string> Account = new Tag<string>("account").HeardBy("account");
    public static readonly Tag<string> List = new Tag<string>("price-list").HeardByEveryone();
}
