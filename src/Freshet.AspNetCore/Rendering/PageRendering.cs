using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using System.Diagnostics.Metrics;

namespace Freshet.AspNetCore;

/// <summary>What the pages of one application share between requests.</summary>
internal sealed class PageRendering
{
    private readonly ProfileBook _profiles;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<(string Page, string What), bool> _said = new(); // bounded: patterns times reasons

    public PageRendering(FreshetService freshet, PageRequests requests, Renewals renewals, ProfileBook profiles, ILoggerFactory loggers, IServiceProvider services)
    {
        Freshet = freshet;
        Requests = requests;
        Renewals = renewals;
        _profiles = profiles;
        _logger = loggers.CreateLogger("Freshet.Http");
        Meter = new PageMeter(freshet.Outputs, services.GetService<IMeterFactory>());
    }

    public FreshetService Freshet { get; }

    public RenderedOutputs Outputs => Freshet.Outputs;

    public PageRequests Requests { get; }

    public Renewals Renewals { get; }

    public PageMeter Meter { get; }

    /// <summary>Whether a request may turn out to render: then what is read in front of the page is kept in mind.</summary>
    public static bool MayRender(HttpContext http) =>
        UserActions.IsRead(http.Request.Method) && (http.GetEndpoint() is not { } endpoint || IsDeclared(endpoint));

    public static bool IsDeclared(Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<ICacheRendered>() is not null;

    /// <summary>Takes up a request for a page. A request that runs the pipeline twice, for an error page, ends the first.</summary>
    public PageRequest Begin(FreshetRequest request, ICacheRendered declared, CacheVaryByRules vary)
    {
        request.Page?.End(failed: true);
        return request.Page = new PageRequest(this, request, declared.ProfileIn(_profiles), declared.InSharedCaches, vary);
    }

    /// <summary>Says once why a page is rendered for everyone who asks, where that will not pass by itself.</summary>
    public void NoteRefused(string page, RenderRefusal refusal)
    {
        if (refusal.WayOut() is { } wayOut && Says(page, refusal.Text())) _logger.RenderRefused(page, refusal.Text(), wayOut);
    }

    /// <summary>Says once that a request passed no output caching.</summary>
    public void NoteMissingMiddleware(string page)
    {
        if (Says(page, "missing")) _logger.OutputCacheMissing(page);
    }

    /// <summary>Checks the endpoints when the pipeline is built, so that faults stop the start rather than the first request.</summary>
    /// <exception cref="InvalidOperationException">Something is cached rendered, but output caching was not added, or its store was replaced.</exception>
    /// <exception cref="UnknownDeclarationException">An attribute names a profile that nobody registered.</exception>
    public static void Check(IEnumerable<Endpoint> endpoints, IServiceProvider services)
    {
        var profiles = services.GetService<ProfileBook>();
        if (profiles is not null && services.GetService<IOutputCacheStore>() is not RenderedOutputStore)
            throw new InvalidOperationException("UseOutputCaching() was called, but another output cache store was registered after it. Call UseOutputCaching() last: the other store then keeps what .CacheOutput() caches.");
        foreach (var endpoint in endpoints)
        {
            if (endpoint.Metadata.GetMetadata<ICacheRendered>() is not { } declared) continue;
            if (profiles is null)
                throw new InvalidOperationException($"'{endpoint.DisplayName}' is cached rendered, but output caching was not added. Call builder.Services.AddFreshet().UseOutputCaching(), and app.UseOutputCache() after app.UseFreshet().");
            declared.ProfileIn(profiles);
        }
    }

    private bool Says(string page, string what) => _said.TryAdd((page, what), true);
}
