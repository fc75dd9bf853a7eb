using System.Reflection;
using Freshet.Tests;

namespace Freshet.AspNetCore.Tests;

public sealed class CrossOriginTests
{
    [Fact]
    public void The_list_of_answer_headers_misses_none()
    {
        var names = typeof(FreshnessHeaders).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);

        FreshnessHeaders.OfAnswers.ShouldBe(names.Except([FreshnessHeaders.MinimumVersion]), ignoreOrder: true);
        FreshnessHeaders.OfAnswers.ShouldBeInOrder();
    }

    [Fact]
    public async Task A_page_of_another_origin_may_read_them_and_send_its_token()
    {
        await using var app = await TestApp.StartAsync(
            app => app.MapReads(),
            builder => builder.Services.AddCors(),
            before: app => app.UseCors(policy => policy
                .WithOrigins("https://desk.example")
                .WithHeaders(FreshnessHeaders.Token, FreshnessHeaders.MinimumVersion)
                .WithExposedHeaders([.. FreshnessHeaders.OfAnswers])));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/invoices/inv_1") { Headers = { { "Origin", "https://desk.example" } } };

        var answer = await app.Client.SendAsync(request);

        answer.Header("Access-Control-Expose-Headers")!.Split(',', StringSplitOptions.TrimEntries).ShouldBe(FreshnessHeaders.OfAnswers, ignoreOrder: true);
        answer.Headers.Contains(FreshnessHeaders.Epoch).ShouldBeTrue();
    }

    [Fact]
    public void The_docs_name_every_one()
    {
        var docs = File.ReadAllText(RepositoryRoot.File("docs", "http.md"));
        foreach (var header in FreshnessHeaders.OfAnswers) docs.ShouldContain($"| `{header}` |");
    }
}
