using System.Net.Http.Json;
using System.Text.Json;
using Freshet.Tests;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FirstUse.Tests;

/// <summary>The README's first example: it is the sample's own file, and does what the README says.</summary>
public sealed class FirstUseTests
{
    [Fact]
    public void TheReadmeShowsTheSampleAsItIsAndBeforeItsTwentiethLine()
    {
        var readme = File.ReadAllLines(RepositoryRoot.File("README.md"));
        var opening = Array.IndexOf(readme, "```csharp");
        var closing = Array.IndexOf(readme, "```", opening + 1);

        opening.ShouldBeInRange(0, 18);
        string.Join('\n', readme[(opening + 1)..closing])
            .ShouldBe(File.ReadAllText(RepositoryRoot.File("samples/FirstUse/Program.cs")).TrimEnd());
    }

    [Fact]
    public async Task PayingAnInvoiceIsSeenByTheNextReadAndOnlyReadsInBetweenHitTheCache()
    {
        await using var app = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host.ConfigureLogging(logging => logging.ClearProviders()));
        using var client = app.CreateClient();
        var db = app.Services.GetRequiredService<Db>();

        for (var i = 0; i < 5; i++) (await OpenInvoicesAsync(client)).ShouldBe(2);
        db.Summaries.ShouldBe(1);

        var answer = await client.PostAsync("/invoices/inv_1/pay", content: null);
        answer.EnsureSuccessStatusCode();
        var envelope = await answer.Content.ReadFromJsonAsync<JsonElement>();
        envelope.GetProperty("status").GetString().ShouldBe("completed");
        envelope.GetProperty("data").GetProperty("status").GetString().ShouldBe("paid");
        envelope.GetProperty("freshness_events")[0].GetProperty("type").GetString().ShouldBe("invoice.paid");
        envelope.GetProperty("freshness_token").GetString().ShouldNotBeNullOrEmpty();

        for (var i = 0; i < 5; i++) (await OpenInvoicesAsync(client)).ShouldBe(1);
        db.Summaries.ShouldBe(2);
    }

    private static async Task<int> OpenInvoicesAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonElement>("/accounts/acc_88/summary")).GetProperty("openInvoices").GetInt32();
}
