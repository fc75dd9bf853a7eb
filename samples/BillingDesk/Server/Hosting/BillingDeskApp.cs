using BillingDesk.Accounts;
using BillingDesk.Billing;
using BillingDesk.Data;
using BillingDesk.Growth;
using BillingDesk.Workspace;
using Freshet;
using Freshet.Sql;

namespace BillingDesk.Server;

/// <summary>Composes the desk: the database, four teams' catalogs and endpoints, and what belongs to no team.</summary>
public static class BillingDeskApp
{
    private const string StreamHeartbeatKey = "BillingDesk:StreamHeartbeat";
    private const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>Builds the application; call <see cref="PrepareAsync"/> before it starts.</summary>
    /// <param name="start">How it was started.</param>
    /// <param name="configure">Changes the host before it is built; null changes nothing.</param>
    public static WebApplication Build(StartOptions start, Action<WebApplicationBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(start);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = [.. start.Arguments],
            ContentRootPath = AppContext.BaseDirectory, // where appsettings.json lies, from whatever folder the program is started
        });
        // Nobody signs in here, so the desk must not be reachable from other machines unless somebody asks for it.
        if (builder.Configuration[WebHostDefaults.ServerUrlsKey] is null) builder.WebHost.UseUrls(DefaultUrl);
        AddServices(builder);
        configure?.Invoke(builder);

        var app = builder.Build();
        UseMiddleware(app);
        MapEndpoints(app);
        return app;
    }

    /// <summary>Creates and seeds the database, unless that was done before.</summary>
    public static async Task PrepareAsync(WebApplication app, StartOptions start, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(start);
        var database = app.Services.GetRequiredService<BillingDeskDatabase>();
        if (start.Reset) await database.ResetAsync(ct);
        await database.PrepareAsync(app.Services.GetRequiredService<DeskClock>().Today, ct);
        await app.Services.GetRequiredService<IFreshet>().EnsureOutboxAsync(ct);
    }

    private static void AddServices(WebApplicationBuilder builder)
    {
        var database = DeskDatabase.From(builder.Configuration);
        builder.Services.AddBillingDeskData(database);
        builder.Services.AddDeskCatalogs(builder.Configuration, database).UseOutputCaching();

        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<RefusedByDatabase>();
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealth>("database").AddFreshet();
        builder.Services.AddSimulatedProvider(builder.Configuration).AddBilling().AddAccounts(builder.Configuration).AddGrowth(builder.Configuration);
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            // A body without "monthlyCents" is refused; it does not make the plan free.
            options.SerializerOptions.RespectRequiredConstructorParameters = true;
            options.SerializerOptions.RespectNullableAnnotations = true;
        });
        // Bad input is answered with 400 in development too, not with the developer's exception page.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = false);
    }

    private static void UseMiddleware(WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseDeskAssets();
        app.UseNoStore();
        app.UseDemoUser();
        app.UseFreshet();
        app.UseOutputCache(); // stores the pages that say .CacheRendered(...)
    }

    private static void MapEndpoints(WebApplication app)
    {
        app.MapDeskPage();
        app.MapBilling();
        app.MapAccounts();
        app.MapWorkspace();
        app.MapGrowth();

        app.MapFreshetStream("/api/stream", options =>
        {
            options.TellsNames = true; // the strip shows names; a product keeps them on the server
            options.Heartbeat = app.Configuration.GetValue(StreamHeartbeatKey, options.Heartbeat);
        });
        app.MapPayments();
        app.MapOperations();
        app.MapLive();
        app.MapNodes();
        app.MapGet("/api/catalog", () => TypedResults.Text(app.ExportFreshetCatalog(), "application/json"));
        app.MapHealthChecks("/health");
        // Nobody signs in here, so nobody may flush: a product maps it everywhere, with .RequireAuthorization("operators").
        if (app.Environment.IsDevelopment()) app.MapFreshetOperator();
    }
}
