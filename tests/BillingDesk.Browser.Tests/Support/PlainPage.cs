using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace BillingDesk.Browser.Tests;

/// <summary>A page in a Chromium of its own, spoken to in Chromium's own protocol. Playwright lets every page believe that it is in front, and a page that is in front is not frozen.</summary>
internal sealed class PlainPage : IAsyncDisposable
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(60);
    private readonly Process _chromium;
    private readonly DirectoryInfo _profile;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _waiting = [];
    private Task _receiving = Task.CompletedTask;
    private string? _session;
    private int _last;

    private PlainPage(Process chromium, DirectoryInfo profile) => (_chromium, _profile) = (chromium, profile);

    /// <summary>Paths of what the page has asked the desk's API for.</summary>
    public ConcurrentQueue<string> Reads { get; } = [];

    public static async Task<PlainPage> OpenAsync(string chromium, IEnumerable<string> arguments, string url)
    {
        var profile = Directory.CreateTempSubdirectory("billing-desk-chromium-");
        // Chromium speaks over its descriptors 3 and 4, and ends when they close: it does not outlive a test program that was killed.
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false, StandardInputEncoding = new UTF8Encoding(false) };
        foreach (var argument in (string[])
            ["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null 2>&1", chromium, "--headless", $"--user-data-dir={profile.FullName}", "--remote-debugging-pipe", .. arguments, "about:blank"])
        {
            start.ArgumentList.Add(argument);
        }
        var page = new PlainPage(Process.Start(start)!, profile);
        try
        {
            page._receiving = page.ReceiveAsync();
            var target = await page.SendAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
            var attached = await page.SendAsync("Target.attachToTarget", new JsonObject { ["targetId"] = target["targetId"]!.GetValue<string>(), ["flatten"] = true });
            page._session = attached["sessionId"]!.GetValue<string>();
            await page.SendAsync("Network.enable", []);
            await page.SendAsync("Page.navigate", new JsonObject { ["url"] = url });
            return page;
        }
        catch
        {
            await page.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a command of the protocol.</summary>
    public async Task<JsonNode> SendAsync(string method, JsonObject parameters)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = _waiting[id] = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session is not null) message["sessionId"] = _session;
        await _sending.WaitAsync();
        try
        {
            await _chromium.StandardInput.WriteAsync(message.ToJsonString() + '\0');
            await _chromium.StandardInput.FlushAsync();
        }
        finally
        {
            _sending.Release();
        }
        return await answer.Task.WaitAsync(_longest);
    }

    /// <summary>The value of an expression.</summary>
    public async Task<T?> EvaluateAsync<T>(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true });
        return answer["result"]?["value"] is { } value ? value.GetValue<T>() : default;
    }

    /// <summary>Waits until an expression is true.</summary>
    public async Task WaitAsync(string expression)
    {
        for (var began = Stopwatch.GetTimestamp(); !await EvaluateAsync<bool>(expression); await Task.Delay(100))
            if (Stopwatch.GetElapsedTime(began) > _longest) throw new TimeoutException($"Never true: {expression}. The page says: {await EvaluateAsync<string>("document.body.innerText")}");
    }

    public async ValueTask DisposeAsync()
    {
        _chromium.Kill(entireProcessTree: true);
        await _chromium.WaitForExitAsync();
        await _receiving;
        _chromium.Dispose();
        _sending.Dispose();
        try
        {
            _profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A process of the browser that outlived it may still write there; the system's temporary folder is swept.
        }
    }

    private async Task ReceiveAsync()
    {
        var message = new StringBuilder();
        var buffer = new char[16 * 1024];
        int length;
        while ((length = await _chromium.StandardOutput.ReadAsync(buffer)) > 0)
        {
            foreach (var character in buffer.AsMemory(0, length).ToArray())
            {
                if (character != '\0') message.Append(character);
                else
                {
                    Take(JsonNode.Parse(message.ToString())!);
                    message.Clear();
                }
            }
        }
    }

    private void Take(JsonNode message)
    {
        if (message["id"] is { } id && _waiting.TryRemove(id.GetValue<int>(), out var answer))
        {
            if (message["error"] is { } error) answer.SetException(new InvalidOperationException(error.ToJsonString()));
            else answer.SetResult(message["result"]!);
        }
        else if (message["method"]?.GetValue<string>() == "Network.requestWillBeSent" && message["params"]!["request"] is { } request
            && new Uri(request["url"]!.GetValue<string>()).AbsolutePath is var path && path.StartsWith("/api/", StringComparison.Ordinal))
        {
            Reads.Enqueue(path);
        }
    }
}
