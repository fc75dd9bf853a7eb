using Microsoft.AspNetCore.Mvc;

namespace Freshet.AspNetCore.Tests;

public sealed class EndpointPathRegistryTests
{
    [Theory]
    [InlineData("/plain", true)]
    [InlineData("plain/", true)]
    [InlineData("/PLAIN", true)]
    [InlineData("/plain/other", false)]
    [InlineData("/plain?x=1", false)]
    [InlineData("/accounts/acc_88", true)]
    [InlineData("/accounts/ACC_88/", true)]
    [InlineData("/accounts", false)]
    [InlineData("/accounts/acc_88/summary", true)]
    [InlineData("/accounts/acc_88/sumary", false)]
    [InlineData("/orders/17", true)]
    [InlineData("/orders/seventeen", false)]
    [InlineData("/files/a/b/c", true)]
    [InlineData("/reports/2026.pdf", true)]
    [InlineData("/reports/2026", false)]
    [InlineData("/archive", true)]
    [InlineData("/archive/3", true)]
    [InlineData("/archive/3/4", false)]
    [InlineData("/", true)]
    [InlineData("/nowhere", false)]
    public async Task A_concrete_page_is_known_when_an_endpoint_answers_it(string path, bool known) => (await ReachesAsync(path, PathScope.Page)).ShouldBe(known);

    [Theory]
    [InlineData("/accounts/{id}", true)]
    [InlineData("accounts/{id}/", true)]
    [InlineData("/accounts/{accountId}", false)] // exactly as it was mapped
    [InlineData("/orders/{id}", true)]
    [InlineData("/orders/{id:int}", true)]
    [InlineData("/files/{**path}", true)]
    [InlineData("/files/{path}", true)]
    [InlineData("/archive/{page?}", true)]
    [InlineData("/accounts/{id}/sumary", false)]
    public async Task A_pattern_is_known_when_it_was_mapped(string path, bool known) => (await ReachesAsync(path, PathScope.Page)).ShouldBe(known);

    [Theory]
    [InlineData("/", true)]
    [InlineData("/accounts", true)]
    [InlineData("/accounts/acc_88", true)]
    [InlineData("/accounts/acc_88/summary", true)]
    [InlineData("/accounts/acc_88/summary/deeper", false)]
    [InlineData("/orders/seventeen", false)]
    [InlineData("/orders/17", true)]
    [InlineData("/account", false)]
    [InlineData("/accounts/{id}", true)]
    [InlineData("/accounts/{id}/summary", true)]
    [InlineData("/accounts/{", false)]
    [InlineData("/nowhere", false)]
    public async Task A_layout_is_known_when_an_endpoint_lies_at_or_below_it(string path, bool known) => (await ReachesAsync(path, PathScope.Layout)).ShouldBe(known);

    [Theory]
    [InlineData("/conventional/list", true)]
    [InlineData("/conventional", true)]
    [InlineData("/conventional/nothing", false)]
    [InlineData("/unconventional/list", false)]
    public async Task Conventional_routes_know_their_actions_only(string path, bool known)
    {
        await using var app = await TestApp.StartAsync(
            app => app.MapControllerRoute("default", "{controller}/{action=List}"),
            builder => builder.Services.AddControllers());

        Registry(app).Reaches(path, PathScope.Page).ShouldBe(known);
    }

    [Fact]
    public async Task Endpoints_that_come_later_are_known_later()
    {
        var source = new LateSource();
        await using var app = await TestApp.StartAsync(app => ((IEndpointRouteBuilder)app).DataSources.Add(source));
        var registry = Registry(app);
        registry.Reaches("/late", PathScope.Page).ShouldBeFalse();

        source.Add("/late");

        registry.Reaches("/late", PathScope.Page).ShouldBeTrue();
    }

    private static async Task<bool> ReachesAsync(string path, PathScope scope)
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            app.MapGet("/", () => "");
            app.MapGet("/plain", () => "");
            app.MapGet("/accounts/{id}", (string id) => id);
            app.MapGet("/accounts/{id}/summary", (string id) => id);
            app.MapGet("/orders/{id:int}", (int id) => id);
            app.MapGet("/orders/{id:int}/lines", (int id) => id);
            app.MapGet("/files/{**path}", (string path) => path);
            app.MapGet("/reports/{name}.{extension}", (string name, string extension) => name + extension);
            app.MapGet("/archive/{page?}", (string? page) => page);
            app.MapFallback(() => "the shell");
        });
        return Registry(app).Reaches(path, scope);
    }

    private static EndpointPathRegistry Registry(TestApp app) =>
        new(app.Services.GetRequiredService<EndpointDataSource>(), app.Services.GetRequiredService<ParameterPolicyFactory>());

#pragma warning disable CA1001 // Without a timer or a linked token a source holds nothing to dispose of.
    private sealed class LateSource : EndpointDataSource
#pragma warning restore CA1001
    {
        private List<Endpoint> _endpoints = [];
        private CancellationTokenSource _changed = new();

        public override IReadOnlyList<Endpoint> Endpoints => _endpoints;

        public override Microsoft.Extensions.Primitives.IChangeToken GetChangeToken() => new Microsoft.Extensions.Primitives.CancellationChangeToken(_changed.Token);

        public void Add(string pattern)
        {
            _endpoints = [.. _endpoints, new RouteEndpointBuilder(_ => Task.CompletedTask, Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse(pattern), 0).Build()];
            (var before, _changed) = (_changed, new CancellationTokenSource());
            before.Cancel();
        }
    }
}

public sealed class ConventionalController : ControllerBase
{
    public string List() => "";
}
