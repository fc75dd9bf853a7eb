using Microsoft.Extensions.FileProviders;

namespace BillingDesk.Server;

/// <summary>Serves the page that Vite builds, or says how to build it.</summary>
internal static class DeskPage
{
    private const string Key = "BillingDesk:Page";
    private const string BuiltPage = "samples/BillingDesk/page/dist";
    private const string Index = "index.html";

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

    public static void UseDeskPage(this WebApplication app)
    {
        if (Find(app.Configuration) is not { } folder)
        {
            app.Logger.PageMissing(BuiltPage, Key);
            app.MapGet("/", () => TypedResults.Content(Missing, "text/html; charset=utf-8"));
            return;
        }
        var files = new PhysicalFileProvider(folder);
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files, DefaultFileNames = [Index] });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            // The assets have a hash in their names; the index names them, so it must be the present one.
            OnPrepareResponse = static file =>
                file.Context.Response.Headers.CacheControl = file.File.Name == Index ? "no-cache" : "public, max-age=31536000, immutable",
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
