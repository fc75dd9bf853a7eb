using System.Net;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OutputCaching;

namespace Freshet.AspNetCore.Tests.Rendering;

/// <summary>The same over real HTTP: controllers, Razor Pages, error pages, clients that leave.</summary>
public sealed class PageServerTests
{
    [Fact]
    public async Task A_razor_page_is_stored_and_reached_by_path_and_by_its_route_template()
    {
        await using var app = await StartAsync(app => app.MapRazorPages(), builder => builder.Services.AddRazorPages());

        foreach (var path in (string[])["/pages/statement/inv_1", "/Pages/Statement/{id}", "/pages"])
        {
            await app.Client.ReadAsync("/pages/statement/inv_1");
            (await StatusAsync(app, "/pages/statement/inv_1")).ShouldStartWith("Freshet; hit");
            await RevalidateAsync(app, path, path == "/pages" ? PathScope.Layout : PathScope.Page);
            (await StatusAsync(app, "/pages/statement/inv_1")).ShouldBe("Freshet; fwd=stale; stored");
        }
    }

    [Fact]
    public async Task A_razor_page_shows_the_write_that_a_form_post_to_another_made()
    {
        await using var app = await StartAsync(app => app.MapRazorPages(), builder => builder.Services.AddRazorPages());
        (await app.Client.GetStringAsync("/pages/statement/inv_1")).ShouldContain("open");

        var posted = await app.Client.WriteAsync("/pages/pay/inv_1", new FormUrlEncodedContent([]));

        (await app.Client.GetStringAsync("/pages/statement/inv_1")).ShouldContain("paid");
        posted.StatusCode.ShouldBe(HttpStatusCode.Found);
    }

    [Theory]
    [InlineData("/reports/monthly/3", "/reports/{name}/{number:int?}")]
    [InlineData("/conventionalpage/show/3", "/{controller}/{action=Show}/{id?}")]
    public async Task A_controllers_action_is_stored_and_reached_by_its_route_template(string path, string template)
    {
        await using var app = await StartAsync(app => app.MapControllerRoute("default", "{controller}/{action=Show}/{id?}"), builder => builder.Services.AddControllers());
        await app.Client.ReadAsync(path);
        (await StatusAsync(app, path + "?page=1")).ShouldBe("Freshet; fwd=miss; stored"); // varies as [OutputCache] beside it says
        (await StatusAsync(app, path + "?page=1&other=2")).ShouldStartWith("Freshet; hit");

        await RevalidateAsync(app, template, PathScope.Page);

        (await StatusAsync(app, path)).ShouldBe("Freshet; fwd=stale; stored");
    }

    [Fact]
    public async Task A_page_that_fails_is_answered_by_the_error_page_and_stores_nothing()
    {
        await using var app = await StartAsync(
            app =>
            {
                app.MapGet("/broken", string () => throw new InvalidOperationException("The printer is on fire.")).CacheRendered(Profile.Minutes);
                app.MapGet("/error", () => "sorry").CacheRendered(Profile.Minutes);
            },
            between: app => app.UseExceptionHandler("/error"));

        for (var i = 0; i < 2; i++)
        {
            using var answer = await app.Client.GetAsync("/broken");
            (answer.StatusCode, await answer.Content.ReadAsStringAsync()).ShouldBe((HttpStatusCode.InternalServerError, "sorry"));
        }

        app.Services.GetRequiredService<FreshetService>().Outputs.Store.Count.ShouldBe(0);
        app.Services.GetRequiredService<PageRequests>().Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_client_that_leaves_over_http_lets_the_next_one_render()
    {
        var (renders, arrived) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var app = await StartAsync(app => app.MapGet("/slow", async (CancellationToken ct) =>
        {
            if (Interlocked.Increment(ref renders) > 1) return "page";
            arrived.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(ct); // until the client is gone
            return "never";
        }).CacheRendered(Profile.Minutes));
        using var leaving = new CancellationTokenSource();
        var first = app.Client.GetAsync("/slow", leaving.Token);
        await arrived.Task;
        using var client = app.NewClient();
        var second = client.GetStringAsync("/slow");

        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(first);
        (await second).ShouldBe("page");
    }

    [Fact]
    public async Task A_page_written_bit_by_bit_is_stored_whole()
    {
        await using var app = await StartAsync(app => app.MapGet("/long", async (HttpContext http) =>
        {
            for (var line = 0; line < 100; line++)
            {
                await http.Response.WriteAsync($"line {line}\n");
                await http.Response.Body.FlushAsync();
            }
        }).CacheRendered(Profile.Minutes));

        var first = await app.Client.GetStringAsync("/long");
        var second = await app.Client.GetAsync("/long");

        second.Header("Cache-Status")!.ShouldStartWith("Freshet; hit");
        (await second.Content.ReadAsStringAsync()).ShouldBe(first);
    }

    [Fact]
    public async Task What_a_page_reads_after_its_answer_began_counts_too()
    {
        await using var app = await StartAsync(app => app.MapGet("/late", async (HttpContext http, IFreshet freshet) =>
        {
            await http.Response.WriteAsync("first ");
            await http.Response.Body.FlushAsync();
            await http.Response.WriteAsync((await freshet.ReadAsync(Desk.Invoice, "inv_1")).Status);
        }).CacheRendered(Profile.Minutes));
        (await app.Client.GetStringAsync("/late")).ShouldBe("first open");

        app.Ledger.Pay("inv_1");
        await using (var action = app.Freshet.BeginUserAction("pay"))
        {
            app.Freshet.Raise(new InvoicePaid("inv_1", "acc_88"));
            await action.CompleteAsync();
        }

        (await app.Client.GetStringAsync("/late")).ShouldBe("first paid");
    }

    private static Task<TestApp> StartAsync(Action<WebApplication> map, Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? between = null) => TestApp.StartAsync(
        app =>
        {
            between?.Invoke(app);
            app.UseOutputCache();
            map(app);
        },
        builder =>
        {
            builder.Services.AddFreshet().UseOutputCaching();
            configure?.Invoke(builder);
        });

    private static async Task<string> StatusAsync(TestApp app, string path) => (await app.Client.ReadAsync(path)).Header("Cache-Status")!;

    private static async Task RevalidateAsync(TestApp app, string path, PathScope scope)
    {
        await using var action = app.Freshet.BeginUserAction("edit");
        app.Freshet.RevalidatePath(path, scope);
        await action.CompleteAsync();
    }
}

[Route("reports")]
public sealed class ReportsController : ControllerBase
{
    [HttpGet("{name}/{number:int?}"), CacheRendered("minutes"), OutputCache(VaryByQueryKeys = ["page"])]
    public string Show(string name, int? number) => $"{name} {number}";
}

public sealed class ConventionalPageController : ControllerBase
{
    [CacheRendered("minutes"), OutputCache(VaryByQueryKeys = ["page"])]
    public string Show(string? id) => $"page {id}";
}
