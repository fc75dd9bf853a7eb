using System.Net;
using Microsoft.AspNetCore.OutputCaching;

namespace Freshet.AspNetCore.Tests.Targets;

/// <summary>ASP.NET's own output caching, store and middleware, driven by the log.</summary>
public sealed class OutputCacheTests
{
    private int _rendered;

    [Fact]
    public async Task APageIsEvictedByTheTagsOfWhatItRead()
    {
        await using var app = await StartAsync();

        (await PageAsync(app, "/pages/inv_1")).ShouldBe("1: open");
        (await PageAsync(app, "/pages/inv_1")).ShouldBe("1: open");
        await PayAsync(app, "inv_1");

        (await PageAsync(app, "/pages/inv_1")).ShouldBe("2: paid"); // at once: the answer to the payment came after the eviction
    }

    [Fact]
    public async Task AnInvalidationOfOtherTagsEvictsNothing()
    {
        await using var app = await StartAsync();
        await PageAsync(app, "/pages/inv_1");

        await PayAsync(app, "inv_2");

        (await PageAsync(app, "/pages/inv_1")).ShouldBe("1: open");
    }

    [Fact]
    public async Task APageIsEvictedByATagThatItsPolicyGaveIt()
    {
        await using var app = await StartAsync(map: app => app.MapGet("/tagged", () => $"{++_rendered}").CacheOutput(policy => policy.Tag(Desk.PlanList.For("all").Text)));
        await PageAsync(app, "/tagged");
        (await PageAsync(app, "/tagged")).ShouldBe("1");

        await InvalidateAsync(app, freshet => freshet.Raise(new PlanListed("pro")));

        (await PageAsync(app, "/tagged")).ShouldBe("2");
    }

    [Theory]
    [InlineData("/pages/inv_1", PathScope.Page, "2: open", "2: open")]
    [InlineData("/pages/inv_2", PathScope.Page, "1: open", "1: open")]
    [InlineData("/pages/{id}", PathScope.Page, "2: open", "2: open")]
    [InlineData("/pages", PathScope.Layout, "2: open", "2: open")]
    [InlineData("/", PathScope.Layout, "2: open", "2: open")]
    public async Task APageIsEvictedByItsPathItsPatternAndTheLayoutsAbove(string path, PathScope scope, string first, string second)
    {
        await using var app = await StartAsync();
        await PageAsync(app, "/pages/inv_1");

        await InvalidateAsync(app, freshet => freshet.RevalidatePath(path, scope));

        (await PageAsync(app, "/pages/inv_1")).ShouldBe(first);
        (await PageAsync(app, "/pages/inv_1")).ShouldBe(second);
    }

    [Fact]
    public async Task APageThatWasInvalidatedWhileItRenderedIsNotStored()
    {
        var (reached, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await StartAsync(map: app => app.MapGet("/slow", async (Ledger ledger) =>
        {
            var status = ledger["inv_1"].Status;
            if (++_rendered == 1)
            {
                reached.SetResult();
                await open.Task;
            }
            return $"{_rendered}: {status}";
        }).CacheOutput(policy => policy.Tag(Desk.InvoiceTag.For("inv_1").Text)));
        var rendering = PageAsync(app, "/slow");
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await PayAsync(app, "inv_1");
        var joining = PageAsync(app, "/slow"); // waits for the page that renders, and takes it if it is stored
        open.SetResult();
        (await rendering).ShouldBe("1: open");

        (await joining).ShouldBe("2: paid");
        (await PageAsync(app, "/slow")).ShouldBe("2: paid");
    }

    [Fact]
    public async Task APageWithAValueThatWasServedStaleIsNotStored()
    {
        await using var app = await StartAsync(map: app => app.MapGet("/name/{id}", async (string id, IFreshet freshet) =>
            $"{++_rendered}: {await freshet.ReadAsync(Desk.AccountName, id)}").CacheOutput());
        await app.Freshet.ReadAsync(Desk.AccountName, "acc_1");
        await using (var hook = app.Freshet.BeginWebhook("hook"))
        {
            app.Freshet.RevalidateTag(Desk.Account.For("acc_1"), Profile.Minutes);
            await hook.CompleteAsync();
        }

        (await PageAsync(app, "/name/acc_1")).ShouldStartWith("1:"); // the old value, once
        (await PageAsync(app, "/name/acc_1")).ShouldStartWith("2:");
        for (var last = ""; await PageAsync(app, "/name/acc_1") is var page && page != last; last = page)
            _rendered.ShouldBeLessThan(1000); // stored once the value is fresh again
    }

    [Fact]
    public async Task AResetEvictsEveryPage()
    {
        await using var app = await StartAsync();
        await PageAsync(app, "/pages/inv_1");
        var target = new OutputCacheTarget(app.Services.GetRequiredService<IOutputCacheStore>());

        await target.ResetAsync(ResetReason.FellBehind, CancellationToken.None);

        (await PageAsync(app, "/pages/inv_1")).ShouldBe("2: open");
    }

    [Fact]
    public async Task ObservingEvictsNothingAndStoresWhatItWould()
    {
        await using var app = await StartAsync(options => options.ObserveOnly = true);
        await PageAsync(app, "/pages/inv_1");

        await PayAsync(app, "inv_1");

        (await PageAsync(app, "/pages/inv_1")).ShouldBe("1: open");
    }

    [Fact]
    public async Task NothingIsCachedThatNoPolicyCaches()
    {
        await using var app = await StartAsync(map: app => app.MapGet("/plain", () => $"{++_rendered}"));

        await PageAsync(app, "/plain");

        (await PageAsync(app, "/plain")).ShouldBe("2");
    }

    [Fact]
    public async Task WithoutAnOutputCacheStoreTheStartSaysWhatToDo()
    {
        var error = await Should.ThrowAsync<CacheTargetException>(() => TestApp.StartAsync(_ => { }, builder => builder.Services.AddFreshet().DriveOutputCache(), rendersPages: false));

        error.Fault.ShouldBe(CacheTargetFault.NoCache);
        error.Message.ShouldContain("AddOutputCache()");
    }

    private Task<TestApp> StartAsync(Action<CacheTargetOptions>? configure = null, Action<WebApplication>? map = null) => TestApp.StartAsync(
        app =>
        {
            app.UseOutputCache();
            app.MapPay();
            app.MapGet("/pages/{id}", async (string id, IFreshet freshet) => $"{++_rendered}: {(await freshet.ReadAsync(Desk.Invoice, id)).Status}").CacheOutput();
            map?.Invoke(app);
        },
        builder =>
        {
            builder.Services.AddOutputCache();
            builder.Services.AddFreshet().DriveOutputCache(configure);
        },
        rendersPages: false);

    private static async Task<string> PageAsync(TestApp app, string path)
    {
        var answer = await app.Client.GetAsync(new Uri(path, UriKind.Relative)).WaitAsync(TimeSpan.FromSeconds(30));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task PayAsync(TestApp app, string id) =>
        (await app.Client.PostAsync(new Uri($"/invoices/{id}/pay", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.OK);

    private static async Task InvalidateAsync(TestApp app, Action<IFreshet> raise)
    {
        await using var action = app.Freshet.BeginUserAction("test");
        raise(app.Freshet);
        await action.CompleteAsync();
    }
}
