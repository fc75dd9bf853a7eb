using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BillingDesk.Browser.Tests.Nodes;

/// <summary>The desk on several nodes: one address, and a strip that shows each node apply each record.</summary>
public sealed class NodesTests(DeskOnNodes desk) : IClassFixture<DeskOnNodes>
{
    private const string Account = "acc_60";

    [Fact]
    public async Task EachNodeAppliesEachRecordWhicheverOfThemWroteItAndAllEndWithTheScript()
    {
        using var client = new HttpClient { BaseAddress = desk.Front };
        (await client.GetFromJsonAsync<string[]>("/api/nodes")).ShouldBe(["web-1", "web-2", "web-3"]);
        var page = await desk.OpenAsync(Account);
        var unpaid = await page.FigureAsync("Unpaid");

        // Nodes take turns, with the page's own requests in between.
        foreach (var invoice in await UnpaidAsync(client, 3))
        {
            (await client.PostAsync($"/api/invoices/{invoice}/pay", null)).EnsureSuccessStatusCode();
            await Expect(page.Figure("Unpaid")).ToHaveTextAsync($"{--unpaid}");
            var nodes = page.Strip().First.GetByLabel("Nodes that have applied it").GetByRole(AriaRole.Listitem);
            await Expect(nodes).ToHaveCountAsync(3);
            (await nodes.AllTextContentsAsync()).Select(text => text.Split(' ')[0]).ShouldBe(["web-1", "web-2", "web-3"], ignoreOrder: true);
        }

        var addresses = Regex.Matches(desk.Said, @"127\.0\.0\.1:(\d+)").Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).Distinct().ToList();
        addresses.Count.ShouldBe(5, desk.Said); // three nodes, Redis, and the address in front
        await desk.StopAsync();
        foreach (var port in addresses) (await AnswersAsync(port)).ShouldBeFalse($"{port} still answers: {desk.Said}");
    }

    private static async Task<IReadOnlyList<string>> UnpaidAsync(HttpClient client, int count)
    {
        var invoices = await client.GetFromJsonAsync<JsonElement>($"/api/accounts/{Account}/invoices");
        return [.. invoices.EnumerateArray().Where(each => each.GetProperty("status").GetString() != "paid").Take(count).Select(each => each.GetProperty("id").GetString()!)];
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(System.Net.IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
