using Freshet;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace BillingDesk.Server;

/// <summary>Serves the page that Vite builds, or says how to build it.</summary>
internal static class DeskPage
{
    private const string Key = "BillingDesk:Page";
    private const string BuiltPage = "samples/BillingDesk/page/dist";
    private const string Index = "index.html";
    private const string Html = "text/html; charset=utf-8";
    private const string NoCache = "no-cache";

    private const string Missing =
        """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Billing Desk</title></head>
        <body>
        <main>
        <h1>The page is not built</h1>
        <p>The server runs, but found no built page. Build it, then start the server again:</p>
        <pre>npm --prefix samples/BillingDesk/page ci
        npm --prefix samples/BillingDesk/page run build</pre>
        <p>Or stop the server and type <code>./run</code>, which does everything. The page without script is at
        <a href="/plain/accounts/acc_88">/plain/accounts/acc_88</a>.</p>
        </main>
        </body>
        </html>
        """;

    /// <summary>Serves the page's assets.</summary>
    public static void UseDeskAssets(this WebApplication app)
    {
        if (Find(app.Configuration) is not { } folder) return;
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(folder),
            // The assets have a hash in their names; the index names them, so it must be the present one.
            OnPrepareResponse = static file =>
                file.Context.Response.Headers.CacheControl = file.File.Name == Index ? NoCache : "public, max-age=31536000, immutable",
        });
    }

    /// <summary>Maps the page, which brings along what its first panels show.</summary>
    public static void MapDeskPage(this WebApplication app)
    {
        if (Find(app.Configuration) is not { } folder)
        {
            app.Logger.PageMissing(BuiltPage, Key);
            app.MapGet("/", () => TypedResults.Content(Missing, Html));
            return;
        }
        var index = new EmbeddingPage(File.ReadAllText(Path.Combine(folder, Index)));
        app.MapGet("/", async (HttpContext http, IFreshet freshet, CancellationToken ct, string account = "acc_88") =>
        {
            // Not "no-store", which would also keep it out of the back/forward cache; on the way back it catches up.
            http.Response.Headers[HeaderNames.CacheControl] = NoCache;
            return TypedResults.Content(await index.RenderAsync(http, freshet, account, ct), Html);
        });
    }

    /// <summary>The configured folder, or the built page of the repository this program was built in; null when there is none.</summary>
    private static string? Find(IConfiguration configuration)
    {
        if (configuration[Key] is { } configured) return HasIndex(configured) ? Path.GetFullPath(configured) : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, BuiltPage);
            if (HasIndex(candidate)) return candidate;
        }
        return null;
    }

    private static bool HasIndex(string folder) => File.Exists(Path.Combine(folder, Index));
}
