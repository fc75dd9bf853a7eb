using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Freshet.Docs.Tests;

/// <summary>What surrounds an example: the namespaces an application imports, the packages it refers to, and names that pages use without declaring them.</summary>
internal static class World
{
    private const string Imports = """
        global using System;
        global using System.Collections.Generic;
        global using System.Data.Common;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Dapper;
        global using Freshet;
        global using Freshet.AspNetCore;
        global using Freshet.EntityFrameworkCore;
        global using Freshet.Redis;
        global using Freshet.Sql;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Mvc;
        global using Microsoft.Data.Sqlite;
        global using Microsoft.EntityFrameworkCore;
        global using Microsoft.Extensions.Caching.Hybrid;
        global using Microsoft.Extensions.Caching.Memory;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Diagnostics.HealthChecks;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        global using Npgsql;
        global using ZiggyCreatures.Caching.Fusion;
        """;

    private static readonly MetadataReference[] _references =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    private static readonly string[] _given =
    [
        "WebApplicationBuilder builder", "WebApplication app", "IServiceCollection services", "IFreshet freshet", "CancellationToken cancellationToken", "CancellationToken ct",
        "string id", "string[] ids", "string planId", "string connectionString", "string[] args", "long lastSeen", "ConsistencyToken token", "CapturedPosition captured", "Tag tag",
        "HybridCache hybrid", "IMemoryCache memory", "ICacheEntry entry", "MemoryCacheEntryOptions options", "object key", "object value", "NpgsqlDataSource dataSource", "Db db",
        "WebhookBuilder webhook", "Microsoft.AspNetCore.Cors.Infrastructure.CorsPolicyBuilder policy", "Organisation[] organisations", "Profile profile", "Invoice invoice",
    ];

    /// <summary>What a page's statements are given, unless they declare it themselves.</summary>
    public static IEnumerable<string> GivenTo(string page) => _given.Append(page == "hybrid-cache.md" ? "HybridCache cache" : "IMemoryCache cache");

    public static CSharpCompilation Compile(IEnumerable<SyntaxTree> examples) => CSharpCompilation.Create(
        "Examples", [CSharpSyntaxTree.ParseText(Imports), .. examples], _references,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
}
